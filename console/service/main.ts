import { readConfig } from '../../shared/config.ts';
import { AsreError, asAsreError } from '../../shared/errors.ts';
import { createLog } from '../../shared/log.ts';
import { startConsole } from './service.ts';

const EXIT_CRASH = 70; // EX_SOFTWARE
const EXIT_CONFIG = 78; // EX_CONFIG

async function main(): Promise<void> {
  const log = createLog('console', 'info');
  try {
    const config = readConfig(process.env);
    log.level = config.LOG_LEVEL;
    const server = await startConsole(config, import.meta.dirname, log);
    process.once('SIGTERM', () => {
      server.close(() => process.exit(0));
      server.closeAllConnections(); // pages follow for hours, and come back by themselves
    });
    log.info({ port: config.PORT }, 'listening');
  } catch (error) {
    log.fatal({ code: asAsreError(error).code, err: error }, 'cannot start');
    process.exit(error instanceof AsreError ? EXIT_CONFIG : EXIT_CRASH);
  }
}

void main();
