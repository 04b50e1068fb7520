// Go as a peer, TLS 1.2 only: client PORT ROOTS [SUITE], or server CHAIN KEY.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
)

func suite(name string) []uint16 {
	for _, one := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		if one.Name == name {
			return []uint16{one.ID}
		}
	}
	return nil
}

func client(port, roots, name string) error {
	pem, err := os.ReadFile(roots)
	if err != nil {
		return err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	config := &tls.Config{RootCAs: pool, ServerName: "localhost", MaxVersion: tls.VersionTLS12,
		CipherSuites: suite(name)}
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

func answer(conn net.Conn) {
	defer conn.Close()
	buffer := make([]byte, 4096)
	if _, err := conn.Read(buffer); err == nil {
		fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nContent-Length: 14\r\nConnection: close\r\n\r\n")
		fmt.Fprint(conn, "hello from Go\n")
	}
}

func server(chain, key string) error {
	pair, err := tls.LoadX509KeyPair(chain, key)
	if err != nil {
		return err
	}
	config := &tls.Config{Certificates: []tls.Certificate{pair}, MaxVersion: tls.VersionTLS12,
		NextProtos: []string{"http/1.1"}}
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
	run, arguments := server, append(os.Args[2:], "", "")
	var err error
	if os.Args[1] == "client" {
		err = client(arguments[0], arguments[1], arguments[2])
	} else {
		err = run(arguments[0], arguments[1])
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
