/** The cluster of the bench, from inside its network; knx has set KUBECONFIG and PATH. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NAMESPACE } from '../../deploy/kubernetes.ts';
import { ROOT } from '../support/function.ts';

/** Runs kubectl as an administrator. */
export function kubectl(...args: readonly string[]): string {
  return execFileSync('kubectl', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

export function readObjects<T>(...args: readonly string[]): T[] {
  return (JSON.parse(kubectl('get', ...args, '--output=json')) as { items: T[] }).items;
}

/** Waits until every object of the kind in the namespace of agent-sre is ready. */
export function waitForAll(kind: string): void {
  kubectl('--namespace', NAMESPACE, 'wait', '--for=condition=Ready', kind, '--all', '--timeout=60s');
}

/** The commands that a section of docs/deploy.md shows. */
export function commandsOf(section: string): string[] {
  const page = readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8');
  const [, text = ''] = page.split(`\n## ${section}\n`);
  const blocks = [...(text.split('\n## ')[0] ?? '').matchAll(/```\n([\s\S]*?)```/g)].map(([, block = '']) => block);
  const commands = blocks.flatMap((block) => block.split(/^\$ /m).slice(1));
  if (commands.length === 0) throw new Error(`docs/deploy.md has no commands in its section ${section}`);
  return commands;
}

/** Runs a command as a reader of the page would. */
export function shell(command: string): string {
  return execFileSync('bash', ['-euo', 'pipefail', '-c', command], { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' });
}
