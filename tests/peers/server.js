// Node as a server: node server.js CHAIN KEY; prints its port.
const https = require("https");
const fs = require("fs");
const [chain, key] = process.argv.slice(2);
const options = {
  cert: fs.readFileSync(chain),
  key: fs.readFileSync(key),
  maxVersion: "TLSv1.2",
  ciphers: "ALL:@SECLEVEL=0",
  ALPNProtocols: ["http/1.1"],
};
const server = https.createServer(options, (_, response) => response.end("hello from Node\n"));
server.on("tlsClientError", (error) => console.log(`refused: ${error.code} ${error.message}`));
server.listen(0, "127.0.0.1", () => console.log(`listening ${server.address().port}`));
