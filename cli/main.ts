import { runCommand } from './command.ts';

// A reader that went away (`| head`) has all it wants.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

process.exitCode = await runCommand(process.argv.slice(2), {
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
  stdin: process.stdin,
  env: process.env,
  // A file or another program wants each row on one line, and every id whole.
  width: process.stdout.isTTY ? Math.max(80, process.stdout.columns) : Number.POSITIVE_INFINITY,
  now: () => new Date(),
  progress: (text) => process.stderr.isTTY && process.stderr.write(`\r\u001b[K${text}`),
});
// A last try to export traces must not keep the program: whoever waited for it has given it up.
setTimeout(() => process.exit(), 200).unref();
