/** Arbitrary inputs of the property tests. */
import fc from 'fast-check';
import type { Alert, Labels } from '../../shared/alert/alert.ts';

const NAMES = [
  'pod',
  'namespace',
  'exported_namespace',
  'deployment',
  'statefulset',
  'job_name',
  'name',
  'node',
  'container',
  'instance',
];
const ALERTNAMES = [
  ...[
    'KubePodCrashLooping',
    'KubeDeploymentReplicasMismatch',
    'KubeDeploymentRolloutStuck',
    'DeploymentCpuHigh',
    'Watchdog',
  ],
  ...[
    'FluxKustomizationNotReady',
    'KubePersistentVolumeFillingUp',
    'NodeHardwareFault',
    'KubeBackupJobFailed',
    'CertManagerCertExpirySoon',
    'PostgresDown',
    'NobodyKnowsMe',
  ],
];

/** Values that try to be more than values. */
const odd = fc.constantFrom(
  ...[
    '',
    ' ',
    '{{ $labels.pod }}',
    '{{ $labels.namespace }}',
    '{{ .Values.x }}',
    '$1',
    '$&',
    '__proto__',
    'none',
    '+1',
    '0',
  ],
  ...[
    'shop',
    'prod',
    'web-1',
    'kube-system',
    '"; rm -rf /',
    '日本語',
    'pod-restart',
    '{"name": "x"}',
    '\u0000',
    'a\nb',
  ],
);
const labelText = fc.oneof({ weight: 2, arbitrary: odd }, fc.string(), fc.string({ unit: 'grapheme' }));
const labelName = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NAMES) },
  fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,12}$/),
);

export const anyLabels: fc.Arbitrary<Labels> = fc.dictionary(labelName, labelText, { maxKeys: 10 });

/** What well-kept labels of a cluster look like: each names something that a call can be made for. */
const held = fc.record({
  namespace: fc.constantFrom('shop', 'prod', 'payments', 'kube-system'),
  pod: fc.constantFrom('web-1', 'checkout-7c9f8d5b6-x2x7k', 'redis-0'),
  deployment: fc.constantFrom('web', 'checkout'),
  job_name: fc.constantFrom('backup-1', 'report-28391'),
  name: fc.constantFrom('apps', 'web-tls'),
  node: fc.constantFrom('worker-1', 'ip-10-0-0-1.ec2.internal'),
  persistentvolumeclaim: fc.constantFrom('data-redis-0', 'uploads'),
});
const HELD = ['pod', 'deployment', 'job_name', 'name', 'node', 'persistentvolumeclaim'] as const;

/** Such labels with one missing, now and then, beside some that are anything. */
const heldLabels: fc.Arbitrary<Labels> = fc
  .tuple(
    held,
    fc.option(fc.constantFrom(...HELD), { nil: undefined, freq: 1 }),
    fc.dictionary(labelName, labelText, { maxKeys: 2 }),
  )
  .map(([labels, missing, others]) => {
    const kept = Object.entries(labels).filter(([name]) => name !== missing);
    return { ...others, ...Object.fromEntries(kept) };
  });

const annotations = fc.dictionary(fc.constantFrom('summary', 'description', 'runbook_url'), labelText);

function alertWith(alertname: string, labels: Labels, texts: Record<string, string>): Alert {
  return { alertname, status: 'firing', labels: { ...labels, alertname }, annotations: texts };
}

/** An alert that the small runbook knows, mostly, with labels that name its targets, mostly. */
export const anyAlert: fc.Arbitrary<Alert> = fc
  .tuple(
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...ALERTNAMES) }, labelText),
    fc.oneof({ weight: 9, arbitrary: heldLabels }, anyLabels),
    annotations,
  )
  .map((parts) => alertWith(...parts));

/** Text that an annotation could hold, valid or not: also JSON of anything. */
const plausible = (...texts: string[]) => fc.option(fc.constantFrom(...texts), { nil: undefined, freq: 1 });

/** `lambda_parameters` that somebody could have written. */
const plausibleParameters = fc
  .record({
    name: plausible('web-1', '{{ $labels.pod }}', '{{ $labels.name }}'),
    namespace: plausible(
      'shop',
      'prod',
      'kube-system',
      'flux-system',
      '{{ $labels.namespace }}',
      '{{ $labels.exported_namespace }}',
    ),
    replicas: plausible('+1', '+9'),
    type: plausible('pod', 'deployment'),
  })
  .map((parameters) => JSON.stringify(parameters));

export const anyAnnotationText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: plausibleParameters },
  labelText,
  fc.json(),
  fc
    .dictionary(fc.constantFrom('name', 'namespace', 'type', 'replicas', 'selector', '__proto__'), labelText)
    .map((map) => JSON.stringify(map)),
);

/** The annotations of an alert that says what to do: mostly a function with parameters that somebody could have written. */
export function annotationOf(functions: readonly string[]): fc.Arbitrary<Record<string, string>> {
  const lambda_function = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...functions) }, anyAnnotationText);
  const own = fc.constantFrom('{}', '{"namespace":"{{ $labels.namespace }}"}');
  const lambda_parameters = fc.oneof({ weight: 3, arbitrary: own }, { weight: 1, arbitrary: anyAnnotationText });
  return fc.record({ lambda_function, lambda_parameters });
}
