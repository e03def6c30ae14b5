import { defineLambda } from './kit/lambda.ts';
import { isMarked, MARK, withMark } from './kit/mark.ts';
import { type Certificate, trueCondition } from './kit/objects.ts';
import { act, answer, type LambdaCall, notFound, type Plan, type Step } from './kit/plan.ts';
import { RESOURCES } from './kit/resources.ts';

const RESOURCE = RESOURCES.certificates;
/** The revision of the Certificate and the time when the trigger came: what is issued after that was issued for it. */
const SINCE = 'agent-sre.homelab.io/renewed-since';

/** Has a Certificate issued again, by the condition that `cmctl renew` sets. */
export default defineLambda<Certificate | undefined>({
  name: 'certificate-renew',
  read: (api, call) => api.get(RESOURCE, call.name, call.namespace),
  decide: decideRenewal,
});

export function decideRenewal(certificate: Certificate | undefined, call: LambdaCall): Plan {
  if (certificate === undefined) return notFound(RESOURCE, call);
  const about = { object: certificate };
  const issuing = trueCondition(certificate.status?.conditions, 'Issuing');
  const marked = isMarked(certificate, call.triggerId);
  if (issuing !== undefined && !marked) return answer('issuing', 'the Certificate is being issued', about);
  if (marked && (issuing !== undefined || hasBeenTried(certificate))) {
    return answer('already_done', 'the Certificate was issued again before', about);
  }
  // metadata and status are two requests: the mark goes first, so that a crash between them is seen by the next delivery.
  const noted = marked
    ? certificate
    : withMark(certificate, call.triggerId, { [SINCE]: sinceOf(certificate, call.now) });
  const steps: Step[] = marked ? [] : [{ verb: 'patch', resource: RESOURCE, before: certificate, after: noted }];
  const asked = { ...noted, status: { ...noted.status, conditions: conditionsOf(certificate, call) } };
  steps.push({ verb: 'patch', resource: RESOURCE, before: noted, after: asked, subresource: 'status' });
  return act('renewal_requested', 'cert-manager was asked to issue the Certificate again', steps, about);
}

/** Whether cert-manager has issued it, or tried to, since the trigger came. */
function hasBeenTried({ metadata, status }: Certificate): boolean {
  const [revision, time = ''] = metadata.annotations?.[SINCE]?.split(' ') ?? [];
  const isIssued = (status?.revision ?? 0) > Number(revision ?? 0);
  return isIssued || Date.parse(status?.lastFailureTime ?? '') >= Date.parse(time);
}

function sinceOf({ status }: Certificate, now: Date): string {
  return `${status?.revision ?? 0} ${now.toISOString()}`;
}

function conditionsOf({ metadata, status }: Certificate, { now }: LambdaCall) {
  const others = (status?.conditions ?? []).filter(({ type }) => type !== 'Issuing');
  const issuing = {
    ...{ type: 'Issuing', status: 'True', reason: 'ManuallyTriggered' },
    message: `Certificate re-issuance triggered by agent-sre (annotation ${MARK})`,
    lastTransitionTime: `${now.toISOString().slice(0, 19)}Z`,
    ...(metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }),
  };
  return [...others, issuing];
}
