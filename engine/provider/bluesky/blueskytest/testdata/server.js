// Runs the directory of names (PLC, in memory, replayed from a file) and the PDS
// as one process on loopback, on ports that the system chooses. It says "ready
// <port>" on its standard output, and ends, with its folder where it was told to,
// when its standard input does.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const http = require("node:http");

const folder = process.argv[1];
const sweep = process.argv[2] === "sweep";

// Both servers listen on every interface by default; here they are pinned.
const listen = http.Server.prototype.listen;
http.Server.prototype.listen = function (port, ...rest) {
  const done = rest.find((r) => typeof r === "function");
  return listen.call(this, { port: Number(port) || 0, host: "127.0.0.1" }, done);
};

// Whatever ends the process, the folder goes with it: its parent, who would see to
// that, may have been killed.
process.on("exit", () => {
  if (sweep) fs.rmSync(folder, { recursive: true, force: true });
});
const end = () => process.exit(0);
process.stdin.resume();
process.stdin.on("end", end);
process.stdin.on("error", end);
process.stdout.on("error", end);
process.on("SIGTERM", end);

// The directory's operations are kept in a file, so that it can be killed, too.
async function directory() {
  const { PlcServer, Database } = require("@did-plc/server");
  const db = Database.mock();
  const file = path.join(folder, "plc.ndjson");
  const add = db.validateAndAddOp.bind(db);
  if (fs.existsSync(file)) {
    for (const line of fs.readFileSync(file, "utf8").split("\n").filter(Boolean)) {
      const { did, op } = JSON.parse(line);
      await add(did, op);
    }
  }
  db.validateAndAddOp = async (did, op) => {
    await add(did, op);
    fs.appendFileSync(file, JSON.stringify({ did, op }) + "\n");
  };
  const server = await PlcServer.create({ db, port: 0 }).start();
  return "http://127.0.0.1:" + server.address().port;
}

async function main() {
  process.env.PDS_DID_PLC_URL = await directory();
  const { PDS, envToCfg, envToSecrets, readEnv } = require("@atproto/pds");
  const env = readEnv();
  const pds = await PDS.create(envToCfg(env), envToSecrets(env));
  // Here, not in the configuration: the server's name must outlive its port.
  pds.ctx.cfg.service.port = 0;
  const server = await pds.start();
  process.stdout.write("ready " + server.address().port + "\n");
}

main().catch((err) => {
  process.stderr.write(String(err && err.stack) + "\n");
  process.exit(1);
});
