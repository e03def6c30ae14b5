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
import type { KubeEvent, Node, NodeMetrics, Pod } from './kit/objects.ts';
import { answer, type LambdaCall, type Plan } from './kit/plan.ts';
import { worstFirst } from './kit/pods.ts';
import type { Section } from './kit/report.ts';
import { RESOURCES } from './kit/resources.ts';

const RESOURCE = RESOURCES.nodes;
const MOST_PODS = 10;

interface Facts {
  readonly node: Node | undefined;
  readonly pods: Reading<readonly Pod[]>;
  readonly usage: Reading<NodeMetrics | undefined>;
  readonly events: Reading<readonly KubeEvent[]>;
}

/** Looks at a node: by its name, or by the address at which a host exporter is scraped. */
export default defineLambda<Facts>({ name: 'node-check-status', read, decide: decideNodeReport });

async function read(api: Api, { name }: LambdaCall): Promise<Facts> {
  const node = await readNode(api, name);
  if (node === undefined) return { node, pods: { value: [] }, usage: { value: undefined }, events: { value: [] } };
  const own = node.metadata.name;
  const [pods, usage, events] = await Promise.all([
    tryReading(() => api.list<Pod>(RESOURCES.pods, undefined, { fieldSelector: `spec.nodeName=${own}` })),
    tryReading(() => api.get<NodeMetrics>(RESOURCES.nodeMetrics, own)),
    tryReading(() => readEvents(api, node)),
  ]);
  return { node, pods, usage, events };
}

async function readNode(api: Api, name: string): Promise<Node | undefined> {
  const nodes = await api.list<Node>(RESOURCE);
  const host = hostOf(name);
  return nodes.find((node) => node.metadata.name === name) ?? nodes.find((node) => hasAddress(node, host));
}

/** 10.0.0.7 of 10.0.0.7:9100, fd00::7 of [fd00::7]:9100. */
export function hostOf(instance: string): string {
  return /^\[([^\]]+)\](?::\d+)?$/.exec(instance)?.[1] ?? /^([^:]+):\d+$/.exec(instance)?.[1] ?? instance;
}

function hasAddress({ metadata, status }: Node, host: string): boolean {
  return metadata.name === host || (status?.addresses?.some(({ address }) => address === host) ?? false);
}

export function decideNodeReport({ node, pods, usage, events }: Facts, call: LambdaCall): Plan {
  if (node === undefined) return answer('not_found', `no node is named ${call.name}, or has that address`);
  const message = `looked at the node ${node.metadata.name}`;
  const bad = 'value' in pods ? pods.value.filter(isBad).toSorted(worstFirst).slice(0, MOST_PODS) : [];
  const findings = {
    ...{ name: node.metadata.name, unschedulable: node.spec?.unschedulable ?? false, taints: node.spec?.taints ?? [] },
    ...{ capacity: node.status?.capacity ?? {}, allocatable: node.status?.allocatable ?? {} },
    ...('value' in usage && usage.value?.usage ? { usage: usage.value.usage } : {}),
    ...('value' in pods ? { pods: pods.value.length, pods_not_running: bad.map(nameOf) } : {}),
    conditions: conditionFindings(node.status?.conditions),
    events: eventFindings(events),
  };
  return reported(message, sectionsOf(node, { pods, usage, events }, bad), findings, { object: node });
}

function sectionsOf(node: Node, { pods, usage, events }: Omit<Facts, 'node'>, bad: readonly Pod[]): Section[] {
  const { metadata, spec, status } = node;
  const { kubeletVersion, kernelVersion, osImage } = status?.nodeInfo ?? {};
  const used = 'value' in usage ? usage.value?.usage : undefined;
  const { allocatable = {} } = status ?? {};
  return [
    {
      heading: `Node ${metadata.name}`,
      lines: [
        spec?.unschedulable ? 'takes no new pods: it is cordoned' : 'takes new pods',
        `kubelet ${kubeletVersion ?? 'unknown'}, kernel ${kernelVersion ?? 'unknown'}, ${osImage ?? 'unknown system'}`,
        used === undefined
          ? 'usage is not known: there are no metrics'
          : `uses ${used.cpu} of ${allocatable.cpu} CPU, ${used.memory} of ${allocatable.memory} memory`,
      ],
    },
    { heading: 'Conditions', lines: conditionLines(status?.conditions) },
    {
      heading: 'Taints',
      lines: (spec?.taints ?? []).map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`),
    },
    {
      heading: 'Pods',
      lines: 'missing' in pods ? [pods.missing] : [`${pods.value.length}, of which not running:`, ...bad.map(nameOf)],
    },
    { heading: 'Events', lines: eventLines(events) },
  ];
}

function isBad({ status }: Pod): boolean {
  return status?.phase !== 'Running' && status?.phase !== 'Succeeded';
}

function nameOf({ metadata, status }: Pod): string {
  return `${metadata.namespace}/${metadata.name} ${status?.phase ?? ''}`.trim();
}
