/** Which workload a call acts on. Limits are counted by it: the pods of one workload share them. */
import { type Labels, labelValue } from '../../shared/alert/alert.ts';
import type { Call } from '../../shared/decision.ts';
import { type Runbook, withDefaults } from '../../shared/runbook/runbook.ts';

/** Labels that name the owner of a pod, the most telling first; a renamed one before its namesake. */
const OWNER_LABELS = [
  ...['deployment', 'statefulset', 'daemonset', 'cronjob', 'workload', 'replicaset', 'job_name'],
  ...['owner_name', 'created_by_name', 'controller_name'],
].map((label) => [`exported_${label}`, label] as const);
/** Targets of the policy that name a workload or a pod of one: they share one name. */
const WORKLOADS = new Set(['pod', 'workload', 'deployment', 'statefulset', 'daemonset', 'job']);
const NODES = new Set(['node', 'host', 'agent-node']);

// Kubernetes makes such suffixes of letters and digits that spell no words.
const SAFE = '[bcdfghjklmnpqrstvwxz2456789]';
/** Names of pods and what makes them, each with its owner's name in front. */
const SUFFIXES: readonly RegExp[] = [
  new RegExp(`-${SAFE}{6,10}-${SAFE}{5}$`), // a pod of a Deployment
  new RegExp(`-\\d{7,10}(-\\d+)?-${SAFE}{5}$`), // a pod of a Job of a CronJob
  new RegExp(`-${SAFE}{5}$`), // a pod of a DaemonSet, a ReplicaSet or a Job
  new RegExp(`-${SAFE}{8,10}$`), // a ReplicaSet of a Deployment
  /-\d{7,10}$/, // a Job of a CronJob
  /-\d{1,4}$/, // a pod of a StatefulSet
];

/**
 * `<cluster>/<namespace>/<owner>`; of a node `<cluster>//<node>`; of another object `<cluster>/<namespace>/<kind>:<name>`. A
 * cluster counts where the policy lists it beside others: else whoever writes the labels could make one target many.
 */
export function targetKey(runbook: Runbook, call: Call, labels: Labels): string {
  const parameters = withDefaults(runbook.catalogue, call);
  const { namespace = '' } = parameters;
  const { clusters } = runbook.policy;
  const named = labelValue(labels, 'cluster') ?? '';
  const cluster = clusters.size > 1 && clusters.has(named) ? named : '';
  const target = targetOf(runbook, call);
  const subject = subjectOf(parameters);
  if (NODES.has(target)) return `${cluster}//${subject}`;
  if (!WORKLOADS.has(target)) return `${cluster}/${namespace}/${target}:${subject}`;
  return `${cluster}/${namespace}/${isPod(target, parameters) ? ownerOf(subject, labels) : subject}`;
}

/** The names of what a call acts on: its own, and for a pod those of the workload that its labels and that its name alone tell. */
export function namesOf(runbook: Runbook, call: Call, labels: Labels): string[] {
  const parameters = withDefaults(runbook.catalogue, call);
  const subject = subjectOf(parameters);
  const own = [subjectOf(call.parameters), subject]; // they differ where the schema names an object by default
  return isPod(targetOf(runbook, call), parameters) ? [...own, ownerOf(subject, labels), withoutSuffix(subject)] : own;
}

function targetOf({ catalogue }: Runbook, { lambda_function }: Call): string {
  return catalogue.get(lambda_function)?.fill[0]?.target ?? '';
}

function isPod(target: string, { name, type = 'pod' }: Call['parameters']): boolean {
  return WORKLOADS.has(target) && name !== undefined && target !== 'deployment' && type === 'pod';
}

/** The name that a call gives to what it acts on: that of an object, or the value by which a selector finds it. */
function subjectOf({ name, selector }: Call['parameters']): string {
  return String(name ?? String(selector ?? '').replace(/^.*=/, ''));
}

/**
 * The owner of a pod or a Job. A label counts only where the pod is named after its value as the pods of a workload are, and
 * not by the beginning of a word: else whoever writes the labels could make one pod several targets.
 */
export function ownerOf(name: string, labels: Labels): string {
  const named = OWNER_LABELS.map(([renamed, label]) => labelValue(labels, renamed) ?? labelValue(labels, label));
  const owner = named.find((value) => value !== undefined && isNamedAfter(name, value));
  return owner === undefined ? withoutSuffix(name) : withoutSuffix(owner, SUFFIXES.slice(3, 5));
}

function isNamedAfter(name: string, owner: string): boolean {
  if (!name.startsWith(`${owner}-`)) return false;
  const rest = name.slice(owner.length);
  return /^-[^-]+$/.test(rest) || withoutSuffix(name) === owner;
}

function withoutSuffix(name: string, suffixes = SUFFIXES): string {
  const suffix = suffixes.find((pattern) => pattern.test(name));
  return suffix === undefined ? name : name.replace(suffix, '');
}
