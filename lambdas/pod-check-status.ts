import type { Api } from './kit/api.ts';
import { defineLambda } from './kit/lambda.ts';
import {
  conditionFindings,
  conditionLines,
  eventFindings,
  eventLines,
  type Reading,
  readEvents,
  reported,
  tryReading,
} from './kit/look.ts';
import type { ContainerStatus, KubeEvent, Pod, PodMetrics } from './kit/objects.ts';
import { readOwner } from './kit/owner.ts';
import { answer, type LambdaCall, notFound, type Owner, type Plan } from './kit/plan.ts';
import { stateText, terminationText, worstContainer, worstFirst } from './kit/pods.ts';
import { maskedLines, type Section, shortened } from './kit/report.ts';
import { RESOURCES } from './kit/resources.ts';

const RESOURCE = RESOURCES.pods;
const MOST_PODS = 3;
const LOG_LINES = 20;
const LOG_BYTES = 8_192;

interface Look {
  readonly pod: Pod;
  readonly owner: Owner | undefined;
  readonly events: Reading<readonly KubeEvent[]>;
  readonly usage: Reading<PodMetrics | undefined>;
  readonly log: Reading<readonly string[]>;
}

interface Facts {
  /** How many pods there are; the looks are at the worst of them. */
  readonly found: number;
  readonly looks: readonly Look[];
}

/** Looks at a pod, or at the worst of those that a selector names. */
export default defineLambda<Facts>({ name: 'pod-check-status', read, decide: decidePodReport });

async function read(api: Api, call: LambdaCall): Promise<Facts> {
  const pods = await readPods(api, call);
  const worst = pods.toSorted(worstFirst).slice(0, MOST_PODS);
  return { found: pods.length, looks: await Promise.all(worst.map((pod) => look(api, pod, call.namespace))) };
}

async function readPods(api: Api, { parameters, namespace }: LambdaCall): Promise<Pod[]> {
  if (parameters.name === undefined) {
    return api.list<Pod>(RESOURCE, namespace, { labelSelector: String(parameters.selector) });
  }
  const pod = await api.get<Pod>(RESOURCE, String(parameters.name), namespace);
  return pod === undefined ? [] : [pod];
}

async function look(api: Api, pod: Pod, namespace: string | undefined): Promise<Look> {
  const { name } = pod.metadata;
  const [owner, events, usage, log] = await Promise.all([
    tryReading(() => readOwner(api, pod)),
    tryReading(() => readEvents(api, pod, namespace)),
    tryReading(() => api.get<PodMetrics>(RESOURCES.podMetrics, name, namespace)),
    tryReading(() => readLog(api, pod, namespace)),
  ]);
  return { pod, owner: 'value' in owner ? owner.value : undefined, events, usage, log };
}

// Of a container that ended, what it said before tells more than what it says now.
async function readLog(api: Api, { metadata, status }: Pod, namespace: string | undefined): Promise<string[]> {
  const container = worstContainer(status?.containerStatuses ?? []);
  if (container === undefined) return [];
  const previous = container.lastState?.terminated !== undefined ? { previous: 'true' } : {};
  const query = { container: container.name, tailLines: String(LOG_LINES), limitBytes: String(LOG_BYTES), ...previous };
  const text = await api.text({ resource: RESOURCE, namespace, name: metadata.name, subresource: 'log', query });
  return maskedLines(text);
}

export function decidePodReport({ found, looks }: Facts, call: LambdaCall): Plan {
  const [first] = looks;
  if (first === undefined) {
    const { selector } = call.parameters;
    if (selector === undefined) return notFound(RESOURCE, call);
    return answer('not_found', `no pod in ${call.namespace} has the labels ${selector}`);
  }
  const shownOf = found > looks.length ? `the worst ${looks.length} of ${found} pods` : `${found} pods`;
  const message = found === 1 ? `looked at the pod ${first.pod.metadata.name}` : `looked at ${shownOf}`;
  const { pod, owner } = first;
  const about = { object: pod, ...(owner === undefined ? {} : { owner }) };
  return reported(message, looks.flatMap(sectionsOf), { found, pods: looks.map(findingsOf) }, about);
}

function sectionsOf({ pod, owner, events, usage, log }: Look): Section[] {
  const { metadata, spec, status } = pod;
  const on = spec?.nodeName === undefined ? 'on no node' : `on ${spec.nodeName}`;
  const of = owner === undefined ? 'of nobody' : `of the ${owner.kind} ${owner.name}`;
  const why = [status?.reason, status?.message].filter((part) => part !== undefined).map((part) => `: ${part}`);
  return [
    {
      heading: `Pod ${metadata.namespace}/${metadata.name}`,
      lines: [`${status?.phase ?? 'of no phase'} ${on}, ${of}${why.join('')}`, ...usageLines(usage)],
    },
    { heading: 'Containers', lines: statusesOf(pod).map(containerLine) },
    { heading: 'Conditions', lines: conditionLines(status?.conditions) },
    { heading: 'Events', lines: eventLines(events) },
    { heading: 'Log', lines: 'missing' in log ? [log.missing] : log.value },
  ];
}

function findingsOf({ pod, owner, events, usage, log }: Look) {
  const { metadata, spec, status } = pod;
  return {
    ...{ name: metadata.name, namespace: metadata.namespace, phase: status?.phase, node: spec?.nodeName },
    ...(owner === undefined ? {} : { owner: { kind: owner.kind, name: owner.name } }),
    containers: statusesOf(pod).map((container) => ({
      ...{ name: container.name, ready: container.ready ?? false, restarts: container.restartCount ?? 0 },
      state: shortened(stateText(container.state)),
      ...(container.lastState?.terminated && { last: shortened(terminationText(container.lastState.terminated)) }),
    })),
    conditions: conditionFindings(status?.conditions),
    events: eventFindings(events),
    ...('value' in usage && usage.value !== undefined ? { usage: usage.value.containers ?? [] } : {}),
    ...('value' in log ? { log: log.value } : {}),
  };
}

function statusesOf({ status }: Pod): ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}

function containerLine({ name, ready, restartCount = 0, state, lastState }: ContainerStatus): string {
  const last = lastState?.terminated === undefined ? '' : `; before: ${terminationText(lastState.terminated)}`;
  return `${name}: ${stateText(state)}, ${ready ? 'ready' : 'not ready'}, ${restartCount} restarts${last}`;
}

function usageLines(usage: Reading<PodMetrics | undefined>): string[] {
  const containers = 'value' in usage ? usage.value?.containers : undefined;
  if (containers === undefined) return ['usage is not known: there are no metrics'];
  return containers.map(({ name, usage: { cpu, memory } = {} }) => `${name} uses ${cpu} CPU, ${memory} memory`);
}
