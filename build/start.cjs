// Runs index.js with the machine code that V8 made of it before, where that fits this Node. `node start.cjs --compile` makes
// it by a start, up to readiness or as far as it gets without a cluster. Without it index.js runs all the same.
'use strict';
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { createServer } = require('node:net');
const { join } = require('node:path');
const { Script } = require('node:vm');

const file = join(__dirname, 'index.js');
const cache = join(__dirname, 'index.cache');
const compiling = process.argv[2] === '--compile';
const READY_LIMIT_MS = 20_000;

// esbuild writes ASCII, which need not be decoded.
const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'latin1')}\n})`;
const cachedData = !compiling && existsSync(cache) ? readFileSync(cache) : undefined;
const script = new Script(source, { filename: file, cachedData });
if (compiling) writeCacheOnceReady();
else run();

function run() {
  script.runInThisContext()(module.exports, require, module, file, __dirname);
}

function writeCacheOnceReady() {
  process.env.LEDGER_URL ??= 'memory:'; // emit-trigger does not start without one
  process.on('exit', () => {
    writeFileSync(cache, script.createCachedData());
    process.exitCode = 0;
  });
  // A port that is free: the runtime would take 8080 for 0, which only one of several that are compiled at once could have.
  const free = createServer().listen(0, () => {
    process.env.PORT = String(free.address().port);
    free.close(run);
  });
  const deadline = Date.now() + READY_LIMIT_MS;
  setInterval(async () => {
    const ready = await fetch(`http://127.0.0.1:${process.env.PORT}/health/readiness`).then(({ ok }) => ok, () => false);
    if (ready || Date.now() > deadline) process.exit();
  }, 50);
}
