import type { Api } from './kit/api.ts';
import { defineLambda } from './kit/lambda.ts';
import { MARK, suffixOf, withMark } from './kit/mark.ts';
import { type Job, type Texts, trueCondition } from './kit/objects.ts';
import { controllerOf, readOwner } from './kit/owner.ts';
import { act, answer, type LambdaCall, notFound, type Owner, type Plan } from './kit/plan.ts';
import { RESOURCES } from './kit/resources.ts';

const RESOURCE = RESOURCES.jobs;
const RERUN_OF = 'agent-sre.homelab.io/rerun-of';
const LONGEST_NAME = 63; // the pods carry it as a label

interface Facts {
  readonly job: Job | undefined;
  /** The second run that this very trigger has made before. */
  readonly rerun: Job | undefined;
  readonly owner: Owner | undefined;
}

/** Runs a failed Job again: a new Job from its template, with a name that the lambda trigger determines. */
export default defineLambda<Facts>({ name: 'job-rerun', read, decide: decideRerun });

async function read(api: Api, call: LambdaCall): Promise<Facts> {
  const job = await api.get<Job>(RESOURCE, call.name, call.namespace);
  const rerun = await api.get<Job>(RESOURCE, rerunName(call), call.namespace);
  return { job, rerun, owner: job && (await readOwner(api, job)) };
}

export function decideRerun({ job, rerun, owner }: Facts, call: LambdaCall): Plan {
  const about = { ...(job === undefined ? {} : { object: job }), ...(owner === undefined ? {} : { owner }) };
  if (rerun !== undefined) {
    return answer('already_done', `the Job ${rerun.metadata.name} was made before`, { ...about, object: rerun });
  }
  if (job === undefined) return notFound(RESOURCE, call);
  const objection = objectionTo(job, owner);
  if (objection !== undefined) return answer(...objection, about);
  const again = newJob(job, call);
  const message = `the Job ${again.metadata.name} runs it again; the failed one stays for a look`;
  return act('rerun', message, [{ verb: 'create', resource: RESOURCE, object: again }], about);
}

type Objection = readonly [
  code: 'suspended' | 'succeeded' | 'still_running' | 'rerun_failed' | 'owner_unknown',
  message: string,
];

function objectionTo({ metadata, spec, status }: Job, owner: Owner | undefined): Objection | undefined {
  if (spec?.suspend === true) return ['suspended', 'the Job is suspended'];
  if (trueCondition(status?.conditions, 'Complete')) return ['succeeded', 'the Job has succeeded'];
  if (!trueCondition(status?.conditions, 'Failed')) return ['still_running', 'the Job has not failed'];
  const first = metadata.annotations?.[RERUN_OF];
  if (first !== undefined) return ['rerun_failed', `it is the second run of ${first}, which failed too`];
  if (owner !== undefined && owner.kind !== 'CronJob') {
    return ['owner_unknown', `the ${owner.kind} ${owner.name} made it, and decides whether it runs again`];
  }
  return undefined;
}

// A CronJob's history limits count the new Job too: it keeps its owner.
function newJob(job: Job, call: LambdaCall): Job {
  const { metadata, spec = {} } = job;
  const { selector: _, manualSelector: __, template = {}, ...rest } = spec;
  const { namespace, labels, annotations } = metadata;
  const controller = controllerOf(job);
  const fresh: Job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: rerunName(call),
      ...(namespace === undefined ? {} : { namespace }),
      labels: untied(labels),
      annotations: { ...untied(annotations), [RERUN_OF]: metadata.name },
      ...(controller === undefined ? {} : { ownerReferences: [controller] }),
    },
    spec: {
      ...rest,
      template: { ...template, metadata: { ...template.metadata, labels: untied(template.metadata?.labels) } },
    },
  };
  return withMark(fresh, call.triggerId);
}

// Not those that tie the old Job to its pods, to kubectl apply, or to a tool that deletes what Git does not hold.
const TIES =
  /^(controller-uid|job-name)$|^((batch|kubectl)\.kubernetes\.io|(kustomize|helm)\.toolkit\.fluxcd\.io|argocd\.argoproj\.io|helm\.sh)\//;

function untied(texts: Texts = {}): Texts {
  return Object.fromEntries(Object.entries(texts).filter(([name]) => name !== MARK && !TIES.test(name)));
}

function rerunName({ name, triggerId }: LambdaCall): string {
  const suffix = `-rerun-${suffixOf(triggerId)}`;
  return `${name.slice(0, LONGEST_NAME - suffix.length).replace(/[^a-z0-9]+$/, '')}${suffix}`;
}
