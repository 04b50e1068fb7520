// Node as a client: node client.js PORT ROOTS [CIPHER] [GROUP] [ALPN] [resume]; prints the page.
const tls = require("tls");
const fs = require("fs");
const [port, roots, cipher, group, alpn, resume] = process.argv.slice(2);
const options = {
  host: "127.0.0.1",
  port: Number(port),
  servername: "localhost",
  ca: fs.readFileSync(roots),
  maxVersion: "TLSv1.2",
};
if (cipher) options.ciphers = cipher + ":@SECLEVEL=0";
if (group) options.ecdhCurve = { secp256r1: "P-256", secp384r1: "P-384" }[group] || "X25519";
if (alpn) options.ALPNProtocols = [alpn];

function fetch(more, then) {
  let session;
  const socket = tls.connect({ ...options, ...more }, () =>
    socket.write("GET / HTTP/1.0\r\n\r\n"),
  );
  socket.on("session", (one) => (session = one));
  socket.on("data", (data) => process.stdout.write(data));
  socket.on("error", (error) => {
    console.log(`${error.code}: ${error.message}`);
    process.exit(1);
  });
  socket.on("end", () => {
    console.log(`reused ${socket.isSessionReused()}, alpn ${socket.alpnProtocol}`);
    if (then) then(session);
  });
}
fetch({}, resume ? (session) => fetch({ session }) : null);
