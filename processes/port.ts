import { createServer } from 'node:net';

// Below the ports that systems give to outgoing connections: one of those could take it before the function does.
const FIRST_PORT = 20_000;
const PORTS = 10_000;
const PORT_TRIES = 100;

/** A port of loopback that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PORT_TRIES; tries++) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${FIRST_PORT} to ${FIRST_PORT + PORTS - 1} is free`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.on('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
