// Go as a peer; told name=value. A client: port, roots, version, suite, group, alpn, chain, key,
// resume. A server: chain, key, version, tickets, roots; it prints its port.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
)

var versions = map[string]uint16{
	"1.1": tls.VersionTLS11, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13,
}
var groups = map[string]tls.CurveID{
	"x25519": tls.X25519, "secp256r1": tls.CurveP256, "secp384r1": tls.CurveP384,
}

func configured(told map[string]string) (*tls.Config, error) {
	version := versions[told["version"]]
	config := &tls.Config{MinVersion: version, MaxVersion: version, ServerName: "localhost"}
	for _, one := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		if one.Name == told["suite"] {
			config.CipherSuites = []uint16{one.ID}
		}
	}
	if group, ok := groups[told["group"]]; ok {
		config.CurvePreferences = []tls.CurveID{group}
	}
	if told["alpn"] != "" {
		config.NextProtos = []string{told["alpn"]}
	}
	if told["roots"] != "" {
		pem, err := os.ReadFile(told["roots"])
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		config.RootCAs.AppendCertsFromPEM(pem)
	}
	if told["chain"] != "" {
		pair, err := tls.LoadX509KeyPair(told["chain"], told["key"])
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

func fetch(port string, config *tls.Config) error {
	conn, err := tls.Dial("tcp", "127.0.0.1:"+port, config)
	if err != nil {
		return err
	}
	defer conn.Close()
	fmt.Fprint(conn, "GET / HTTP/1.0\r\n\r\n")
	page, err := io.ReadAll(conn)
	fmt.Println(string(page))
	return err
}

func client(told map[string]string) error {
	config, err := configured(told)
	if err == nil && told["resume"] != "" {
		config.ClientSessionCache = tls.NewLRUClientSessionCache(1)
		err = fetch(told["port"], config)
	}
	if err != nil {
		return err
	}
	return fetch(told["port"], config)
}

func answer(conn net.Conn) {
	defer conn.Close()
	if _, err := conn.Read(make([]byte, 4096)); err != nil {
		fmt.Println("refused:", err)
		return
	}
	fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nContent-Length: 14\r\nConnection: close\r\n\r\n")
	fmt.Fprint(conn, "hello from Go\n")
}

func server(told map[string]string) error {
	config, err := configured(told)
	if err != nil {
		return err
	}
	config.NextProtos = []string{"http/1.1"}
	config.SessionTicketsDisabled = told["tickets"] == "no"
	if config.RootCAs != nil {
		config.ClientCAs, config.ClientAuth = config.RootCAs, tls.RequireAndVerifyClientCert
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		return err
	}
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go answer(conn)
	}
}

func main() {
	told := map[string]string{}
	for _, one := range os.Args[2:] {
		name, value, _ := strings.Cut(one, "=")
		told[name] = value
	}
	run := server
	if os.Args[1] == "client" {
		run = client
	}
	if err := run(told); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
