import type { Api } from './kit/api.ts';
import { defineLambda } from './kit/lambda.ts';
import { isMarked, withMark } from './kit/mark.ts';
import { type Node, trueCondition } from './kit/objects.ts';
import { act, answer, type LambdaCall, notFound, type Plan } from './kit/plan.ts';
import { RESOURCES } from './kit/resources.ts';

const RESOURCE = RESOURCES.nodes;

interface Facts {
  readonly node: Node | undefined;
  readonly nodes: readonly Node[];
}

/** Keeps new pods off a node, as `kubectl cordon` does; what runs there goes on. */
export default defineLambda<Facts>({ name: 'node-cordon', read, decide: decideCordon });

async function read(api: Api, { name }: LambdaCall): Promise<Facts> {
  const node = await api.get<Node>(RESOURCE, name);
  return { node, nodes: node === undefined ? [] : await api.list<Node>(RESOURCE) };
}

export function decideCordon({ node, nodes }: Facts, call: LambdaCall): Plan {
  if (node === undefined) return notFound(RESOURCE, call);
  const about = { object: node };
  if (isMarked(node, call.triggerId)) return answer('already_done', 'the node was cordoned before', about);
  if (node.spec?.unschedulable === true) return answer('cordoned_before', 'the node is cordoned', about);
  const others = nodes.filter((other) => other.metadata.name !== node.metadata.name && takesPods(other)).length;
  const { minNodes } = call.limits;
  if (others < minNodes) {
    return answer('last_nodes', `${others} other nodes are ready to take pods; ${minNodes} must be`, about);
  }
  const marked = withMark(node, call.triggerId);
  const after = { ...marked, spec: { ...marked.spec, unschedulable: true } };
  const message = `the node takes no new pods; ${others} others do. Pods that run on it go on: drain it by hand`;
  return act('cordoned', message, [{ verb: 'patch', resource: RESOURCE, before: node, after }], about);
}

function takesPods({ spec, status }: Node): boolean {
  const isTainted = spec?.taints?.some(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute') ?? false;
  return spec?.unschedulable !== true && !isTainted && trueCondition(status?.conditions, 'Ready') !== undefined;
}
