import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What Node is started with for the function in `folder`: as its package's start script says, which is what an image runs. */
export function startArguments(folder: string): string[] {
  const file = join(folder, 'package.json');
  const { scripts } = JSON.parse(readFileSync(file, 'utf8')) as { scripts?: { start?: string } };
  const [program, ...rest] = scripts?.start?.split(' ') ?? [];
  if (program !== 'node' || rest.length === 0) throw new Error(`${file}: scripts.start must be "node … FILE"`);
  return rest;
}
