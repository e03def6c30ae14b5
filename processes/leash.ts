/**
 * What every function of this machine is started with, whatever it runs. It must not outlive its runner, not even one that
 * was killed with -9: the IPC channel breaks then. And nobody on another machine may reach it, though its runtime
 * (faas-js-runtime) listens on every address and takes no other.
 */
const SOURCE = `
import { Server } from 'node:net';
process.on('disconnect', () => process.exit(0));
process.channel?.unref();
const { listen } = Server.prototype;
Server.prototype.listen = function (where, ...more) {
  const options = typeof where === 'object' ? where : { port: where };
  return listen.call(this, { ...options, host: '127.0.0.1' }, ...more);
};
`;

/** For `node --import`. */
export const LEASH = `data:text/javascript,${encodeURIComponent(SOURCE)}`;
