/** The page and its two files, as the build made them. */
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'app.js': 'text/javascript; charset=utf-8',
  'app.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
};

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** The headers of every answer of the console. */
export const PROTECTING: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-cache',
};

/** Answers with a file of the build's folder; every path that names none is a view of the page. */
export function answerPage(folder: string, path: string, response: ServerResponse): void {
  const name = path.split('/').at(-1) ?? '';
  const file = name !== '' && Object.hasOwn(TYPES, name) ? name : 'index.html';
  const content = contentOf(join(folder, file));
  if (content === undefined) {
    response.writeHead(404, { ...PROTECTING, 'content-type': 'text/plain' }).end('run npm run build\n');
    return;
  }
  response.writeHead(200, { ...PROTECTING, 'content-type': TYPES[file] ?? '' }).end(content);
}

function contentOf(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
