import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { ROOT } from '../../build/project.ts';
import type { Manifest } from '../kubernetes.ts';

/** What `kubectl apply -k` would send for an overlay. */
export interface Rendered {
  readonly overlay: string;
  readonly text: string;
  readonly manifests: readonly Manifest[];
}

export const OVERLAYS = readdirSync(join(ROOT, 'deploy/overlays')).sort();

/** Renders by the kustomize of kubectl (KUBECTL names another one), which needs neither a cluster nor a network. */
export function render(overlay: string): Rendered {
  return { overlay, ...renderFolder(join(ROOT, 'deploy/overlays', overlay)) };
}

/** The same for a folder with a kustomization. */
export function renderFolder(folder: string): Omit<Rendered, 'overlay'> {
  const text = execFileSync(process.env.KUBECTL ?? 'kubectl', ['kustomize', folder], {
    encoding: 'utf8',
    stdio: 'pipe',
  });
  return { text, manifests: manifestsOf(text) };
}

export function manifestsOf(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

/** `Kind name`, to find an object by. */
export function keyOf({ kind, metadata: { name } }: Manifest): string {
  return `${kind} ${name}`;
}
