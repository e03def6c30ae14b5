/** Records of made-up decisions, as a runner writes them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { approvalRequested, lambdaFinished, lambdaTrigger, remediationVerified } from '../../shared/events/index.ts';

export interface Recorded {
  readonly id: string;
  readonly time: string;
  readonly episode: string;
  readonly outcome: string;
  readonly text: string;
  readonly event?: { readonly type: string; readonly data: unknown };
  readonly [key: string]: unknown;
}

const NAMES = [
  'KubePodCrashLooping',
  'KubeJobFailed',
  'KubePersistentVolumeFillingUp',
  'FluxKustomizationNotReady',
  'Watchdog',
];
const FUNCTIONS = ['pod-restart', 'job-rerun', 'check-pvc-status', 'flux-reconcile-kustomization', undefined];
const TIERS = ['trm', 'static', 'trm', 'rules', 'trm'];
const OUTCOMES = ['called', 'verified', 'suppressed', 'ineffective', 'verified', 'asked for', 'verified'];

/** So many decisions, the last one at `now`, five minutes apart at most. */
export function decisions(count: number, now: Date): Recorded[] {
  return Array.from({ length: count }, (_, index) =>
    decision(index, new Date(now.getTime() - (count - 1 - index) * 60_000)),
  );
}

function decision(index: number, time: Date): Recorded {
  const at = <Value>(list: readonly Value[]) => list[index % list.length] as Value;
  const lambda_function = at(FUNCTIONS);
  const [namespace, name] = [`team-${index % 7}`, `web-${index}`];
  const labels = { alertname: at(NAMES), namespace, pod: name, team: 'shop', severity: 'warning' };
  const confidence = 0.5 + ((index * 37) % 50) / 100;
  const parameters = { name, namespace };
  const call = lambda_function === undefined ? {} : { lambda_function, parameters };
  return {
    id: `record-${index}`,
    time: time.toISOString(),
    episode: `${index.toString(16).padStart(16, '0')}.${time.getTime()}`,
    outcome: lambda_function === undefined ? 'no action' : at(OUTCOMES),
    alertname: labels.alertname,
    namespace,
    target: `${namespace}/${name}`,
    ...(lambda_function === undefined ? {} : { lambda_function, parameters: `name=${name} namespace=${namespace}` }),
    method: at(TIERS),
    confidence,
    reason: 'answered',
    text: lambda_function === undefined ? 'no action: a meta alert needs no action' : `${lambda_function} name=${name}`,
    event: {
      type: lambdaTrigger.type,
      data: {
        alert: { alertname: labels.alertname, status: 'firing', labels, annotations: {}, startsAt: time.toISOString() },
        ...call,
        confidence,
        attempts: attempts(at(TIERS), confidence, call),
      },
    },
  };
}

function attempts(tier: string, confidence: number, call: object): object[] {
  const chosen = {
    method: tier,
    outcome: 'lambda_function' in call ? 'selected' : 'none',
    reason: 'answered',
    ...call,
  };
  const passed = { method: 'trm', outcome: 'abstained', reason: 'below_threshold', confidence: 0.41, duration_ms: 9 };
  const decided = { ...chosen, confidence, duration_ms: tier === 'trm' ? 6 + confidence * 10 : 0.3 };
  return tier === 'rules' ? [passed, decided] : [decided];
}

const TARGET = { name: 'checkout-7c9f8d5b6-x2x7k', namespace: 'shop' };
const ALERT = {
  alertname: 'KubePodCrashLooping',
  status: 'firing',
  labels: {
    alertname: 'KubePodCrashLooping',
    exported_namespace: 'shop',
    exported_pod: TARGET.name,
    namespace: 'monitoring',
    pod: 'kube-state-metrics-0',
    job: 'kube-state-metrics',
    team: 'checkout',
    severity: 'warning',
  },
  annotations: { summary: `Pod shop/${TARGET.name} restarts over and over (back-off 5m0s).` },
  startsAt: '2026-11-23T02:31:00.000Z',
};
const TRACE = [
  {
    answer: '{"lambda_function":"pod-check-status","parameters":{"name":"{{ $labels.pod }}"},"reasoning":"look first"}',
    halt_probability: 0.31,
  },
  {
    answer:
      '{"lambda_function":"pod-restart","parameters":{"name":"{{ $labels.exported_pod }}"},"reasoning":"look first"}',
    halt_probability: 0.78,
  },
  {
    answer:
      '{"lambda_function":"pod-restart","parameters":{"name":"{{ $labels.exported_pod }}"},"reasoning":"restart the failing pod"}',
    halt_probability: 0.98,
  },
];
export const SELECTION = {
  alert: ALERT,
  lambda_function: 'pod-restart',
  parameters: { ...TARGET, type: 'pod' },
  method: 'trm',
  confidence: 0.97,
  reasoning: 'restart the failing pod',
  attempts: [
    { method: 'static', outcome: 'abstained', reason: 'no_match', duration_ms: 0.1 },
    {
      ...{ method: 'trm', outcome: 'selected', reason: 'answered', lambda_function: 'pod-restart' },
      ...{ parameters: { ...TARGET, type: 'pod' }, confidence: 0.97, iterations: 3, trace: TRACE, duration_ms: 7.3 },
    },
  ],
};
const SHORT = {
  ...{ alertname: ALERT.alertname, namespace: 'shop', target: `shop/${TARGET.name}`, lambda_function: 'pod-restart' },
  ...{ parameters: `name=${TARGET.name} namespace=shop`, method: 'trm', confidence: 0.97 },
};

/** A selection that waits for a person. */
export function waiting(episode: string, now: Date): Recorded {
  const expires_at = new Date(now.getTime() + 900_000).toISOString();
  const message = 'the policy asks a person before pod-restart';
  return {
    ...{ id: `waiting-${episode}`, time: now.toISOString(), episode, outcome: 'waiting', ...SHORT },
    text: `pod-restart name=${TARGET.name} (trm 0.97) waits for a person: ${message}`,
    event: {
      type: approvalRequested.type,
      data: { selection: SELECTION, reason: 'suggest', message, expires_at, attempt: 1 },
    },
  };
}

/** A remediation from the call to its effect. */
export function remediated(episode: string, now: Date): Recorded[] {
  const at = (seconds: number) => new Date(now.getTime() + seconds * 1000 - 600_000).toISOString();
  const report = {
    ...{ lambda_function: 'pod-restart', parameters: TARGET, outcome: 'done', code: 'evicted', duration_ms: 84 },
    message: 'the pod was evicted; its ReplicaSet makes a new one',
    object: { kind: 'Pod', ...TARGET },
    owner: { kind: 'Deployment', name: 'checkout', namespace: 'shop' },
    changes: [{ path: 'metadata.deletionTimestamp', to: 'set' }],
  };
  const step = (outcome: string, seconds: number, text: string, type: string, data: unknown) => ({
    ...{ id: `${outcome}-${episode}`, time: at(seconds), episode, outcome, text, ...SHORT, event: { type, data } },
  });
  return [
    step('called', 0, 'pod-restart (trm 0.97): restart the failing pod', lambdaTrigger.type, SELECTION),
    step('finished', 2, 'pod-restart: done: the pod was evicted', lambdaFinished.type, report),
    step('verified', 300, 'pod-restart worked: the alert resolved after 5 minutes', remediationVerified.type, {
      selection: SELECTION,
    }),
  ];
}

/** A decision whose every text is a script. */
export function scripted(episode: string, now: Date): Recorded {
  const script = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>';
  const alert = {
    ...ALERT,
    alertname: script,
    labels: { alertname: script, [script]: script },
    annotations: { summary: script },
  };
  const vote = {
    method: script,
    outcome: 'selected',
    reason: script,
    lambda_function: script,
    trace: [{ answer: script, halt_probability: 1 }],
  };
  return {
    ...{ id: `scripted-${episode}`, time: now.toISOString(), episode, outcome: 'called', text: script, target: script },
    ...{ alertname: script, lambda_function: script, reason: script, method: 'trm', namespace: script },
    event: { type: lambdaTrigger.type, data: { ...SELECTION, alert, attempts: [vote] } },
  };
}

/** Writes them where a runner with this data folder finds them. */
export function writeRecords(data: string, records: readonly Recorded[]): void {
  mkdirSync(join(data, 'history'), { recursive: true });
  const lines = records.map((record) => `${JSON.stringify(record)}\n`);
  writeFileSync(join(data, 'history', 'decisions.jsonl'), lines.join(''));
}
