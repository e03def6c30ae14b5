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

/** An alert of a known name, mostly, with any labels and annotations. */
export const anyAlert: fc.Arbitrary<Alert> = fc
  .record({
    alertname: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...ALERTNAMES) }, labelText),
    labels: anyLabels,
    namespace: fc.option(fc.constantFrom('shop', 'prod', 'kube-system')),
    annotations: fc.dictionary(fc.constantFrom('summary', 'description', 'runbook_url'), labelText),
  })
  .map(({ alertname, labels, namespace, annotations }) => ({
    alertname,
    status: 'firing' as const,
    labels: { ...labels, ...(namespace === null ? {} : { namespace }), alertname },
    annotations,
  }));

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
