// Node as a server; told name=value: chain, key, version, tickets, roots; prints its port.
const https = require("https");
const fs = require("fs");
const { SSL_OP_NO_TICKET } = require("crypto").constants;
const told = Object.fromEntries(process.argv.slice(2).map((one) => one.split(/=(.*)/s)));
const options = {
  cert: fs.readFileSync(told.chain),
  key: fs.readFileSync(told.key),
  minVersion: "TLSv" + told.version,
  maxVersion: "TLSv" + told.version,
  ciphers: "ALL:@SECLEVEL=0",
  ALPNProtocols: ["http/1.1"],
};
if (told.tickets === "no") options.secureOptions = SSL_OP_NO_TICKET;
if (told.roots) Object.assign(options, { requestCert: true, ca: fs.readFileSync(told.roots) });
const server = https.createServer(options, (_, response) => response.end("hello from Node\n"));
const kept = new Map();
server.on("newSession", (id, session, done) => {
  kept.set(id.toString("hex"), session);
  done();
});
server.on("resumeSession", (id, done) => done(null, kept.get(id.toString("hex")) || null));
server.on("tlsClientError", (error) => console.log(`refused: ${error.code} ${error.message}`));
server.listen(0, "127.0.0.1", () => console.log(`listening ${server.address().port}`));
