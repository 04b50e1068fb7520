// Node as a client; told name=value: port, roots, version, cipher, group, alpn, chain, key, resume.
const tls = require("tls");
const fs = require("fs");
const told = Object.fromEntries(process.argv.slice(2).map((one) => one.split(/=(.*)/s)));
const options = {
  host: "127.0.0.1",
  port: Number(told.port),
  servername: "localhost",
  ca: fs.readFileSync(told.roots),
  minVersion: "TLSv" + told.version,
  maxVersion: "TLSv" + told.version,
  ciphers: (told.cipher || "DEFAULT") + (told.version === "1.3" ? "" : ":@SECLEVEL=0"),
};
const CURVES = { secp256r1: "P-256", secp384r1: "P-384", x25519: "X25519" };
if (told.group) options.ecdhCurve = CURVES[told.group];
if (told.alpn) options.ALPNProtocols = [told.alpn];
if (told.chain) {
  options.cert = fs.readFileSync(told.chain);
  options.key = fs.readFileSync(told.key);
}

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
fetch({}, told.resume ? (session) => fetch({ session }) : null);
