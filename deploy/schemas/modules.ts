/** The Go modules that define the kinds which the manifests use, and where they are on this machine. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const KUBERNETES = 'k8s.io/kubernetes@v1.37.2';
export const SERVING = 'knative.dev/serving@v0.51.0';
const EVENTING = ['broker', 'trigger', 'eventpolicy', 'sinkbindings'];
const MONITORING = ['podmonitors', 'prometheusrules', 'alertmanagerconfigs'];

/** The CustomResourceDefinitions by module. */
export const DEFINITIONS: Readonly<Record<string, readonly string[]>> = {
  'knative.dev/eventing@v0.47.0': EVENTING.map((name) => `config/core/resources/${name}.yaml`),
  [SERVING]: ['config/core/300-resources/service.yaml'],
  'github.com/prometheus-operator/prometheus-operator@v0.85.0': MONITORING.map(
    (name) => `example/prometheus-operator-crd/monitoring.coreos.com_${name}.yaml`,
  ),
};

/** The folder of a module, which Go takes from its proxy the first time. */
export function directoryOf(module: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'asre-modules-'));
  try {
    writeFileSync(join(folder, 'go.mod'), 'module modules\n');
    const answer = execFileSync('go', ['mod', 'download', '-json', module], { cwd: folder, encoding: 'utf8' });
    return (JSON.parse(answer) as { Dir: string }).Dir;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
