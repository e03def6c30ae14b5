import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadModel } from '../../../functions/trm-reason/model.ts';
import { loadRunbook } from '../../../shared/runbook/load.ts';
import { SHIPPED_RUNBOOK } from '../../support/shipped-runbook.ts';
import { run, temporaryFolder } from '../../support/terminal.ts';

const ROOT = join(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** The files that the page gives, by their paths. */
function filesOf(page: string): Record<string, string> {
  const blocks = page.matchAll(/`my-runbook\/(\S+)`:\n\n```yaml\n([\s\S]*?)```/g);
  return Object.fromEntries([...blocks].map(([, path = '', yaml = '']) => [path, yaml]));
}

describe('docs/runbook.md', () => {
  it('adds a function, and the entry decides; the model fits as before', async () => {
    const files = filesOf(read('docs/runbook.md'));
    expect(Object.keys(files)).toEqual(['catalogue.yaml', 'situations.yaml', 'alerts/cart.yaml']);
    const folder = temporaryFolder(files);
    const env = { RUNBOOK_DIR: `${SHIPPED_RUNBOOK}:${folder}`, MODELS_DIR: 'models' };
    expect((await run(['check'], { env })).out).not.toContain(folder);
    const { out } = await run(['decide', 'alertname=CartSlow', 'namespace=shop', 'deployment=cart'], { env });
    expect(out).toContain('→ cache-flush name=cart namespace=shop (static 1.00): empty the cache of the cart');
    expect(loadModel('models', loadRunbook(env.RUNBOOK_DIR, { entries: false }))?.outdated).toEqual([]);
  });

  it('shows what the shipped policy forbids', () => {
    const [, yaml = ''] = /```yaml\n(forbidden:[\s\S]*?)```/.exec(read('docs/runbook.md')) ?? [];
    expect(parse(yaml).forbidden).toEqual(parse(read('runbook/policy.yaml')).forbidden);
  });
});
