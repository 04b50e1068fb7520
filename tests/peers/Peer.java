// Java as a peer; told name=value. A client: port, roots, version, suite, group, alpn, p12, resume.
// A server: p12, version, tickets, roots; it prints its port.
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.security.KeyStore;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

class Peer {
    static final char[] PASSWORD = "course".toCharArray();
    static final Map<String, String> told = new HashMap<>();

    public static void main(String[] arguments) throws Exception {
        for (int at = 1; at < arguments.length; at++) {
            String[] pair = arguments[at].split("=", 2);
            told.put(pair[0], pair[1]);
        }
        Security.setProperty("jdk.tls.disabledAlgorithms", ""); // TLS 1.1, to be refused by us
        if (told.containsKey("group")) {
            System.setProperty("jdk.tls.namedGroups", told.get("group"));
        }
        boolean tickets = !told.getOrDefault("tickets", "yes").equals("no");
        System.setProperty("jdk.tls.server.enableSessionTicketExtension", "" + tickets);
        if (arguments[0].equals("client")) {
            client();
        } else {
            server();
        }
    }

    static SSLContext context() throws Exception {
        KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
        roots.load(null, null);
        if (told.containsKey("roots")) {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            try (InputStream in = new FileInputStream(told.get("roots"))) {
                for (Certificate one : factory.generateCertificates(in)) {
                    roots.setCertificateEntry("root" + roots.size(), one);
                }
            }
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(roots);
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        if (told.containsKey("p12")) {
            try (InputStream in = new FileInputStream(told.get("p12"))) {
                own.load(in, PASSWORD);
            }
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(own, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    static void client() throws Exception {
        SSLContext context = context();
        int times = told.containsKey("resume") ? 2 : 1;
        for (int time = 0; time < times; time++) {
            int port = Integer.parseInt(told.get("port"));
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", port);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            parameters.setProtocols(new String[] {"TLSv" + told.get("version")});
            if (told.containsKey("suite")) {
                parameters.setCipherSuites(new String[] {told.get("suite")});
            }
            if (told.containsKey("alpn")) {
                parameters.setApplicationProtocols(new String[] {told.get("alpn")});
            }
            socket.setSSLParameters(parameters);
            socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes());
            System.out.println(new String(socket.getInputStream().readAllBytes()));
            socket.close();
        }
    }

    static void server() throws Exception {
        SSLServerSocket listener = (SSLServerSocket) context().getServerSocketFactory()
            .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        System.out.println("listening " + listener.getLocalPort());
        while (true) {
            try (SSLSocket socket = (SSLSocket) listener.accept()) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setProtocols(new String[] {"TLSv" + told.get("version")});
                parameters.setApplicationProtocols(new String[] {"http/1.1"});
                parameters.setNeedClientAuth(told.containsKey("roots"));
                socket.setSSLParameters(parameters);
                socket.getInputStream().read(new byte[4096]);
                OutputStream out = socket.getOutputStream();
                out.write(("HTTP/1.1 200 OK\r\nContent-Length: 16\r\nConnection: close\r\n\r\n"
                    + "hello from Java\n").getBytes());
            } catch (Exception error) {
                System.out.println("refused: " + error.getMessage());
            }
        }
    }
}
