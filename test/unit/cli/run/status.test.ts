import { expect, it } from 'vitest';
import { isDelivered } from '../../../../cli/run/status.ts';
import { parseEventing } from '../../../../eventing/trigger.ts';
import { lambdaTrigger } from '../../../../shared/events/index.ts';

const call = {
  attributes: { type: lambdaTrigger.type, lambdafunction: 'pod-restart' },
  ...{ contentType: undefined, passed: {}, body: Buffer.alloc(0) },
};

/** A Trigger that takes every lambda trigger, or those of one function. */
function triggerOf(subscriber: object, lambdafunction?: string) {
  const attributes = { type: lambdaTrigger.type, ...(lambdafunction && { lambdafunction }) };
  const spec = { broker: 'default', filter: { attributes }, subscriber };
  const objects = [
    { apiVersion: 'eventing.knative.dev/v1', kind: 'Broker', metadata: { name: 'default' } },
    { apiVersion: 'eventing.knative.dev/v1', kind: 'Trigger', metadata: { name: 'test' }, spec },
  ];
  return parseEventing([{ name: 'test.yaml', text: objects.map((each) => JSON.stringify(each)).join('\n---\n') }]);
}

const service = (name: string) => ({ ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name } });

it.each([
  ['emit-trigger, which reads its own calls', triggerOf(service('emit-trigger')), false],
  ['its Lambda, which runs here', triggerOf(service('pod-restart'), 'pod-restart'), true],
  ['the Lambda of another function', triggerOf(service('job-rerun'), 'job-rerun'), false],
  ['a Service elsewhere', triggerOf(service('somewhere')), true],
  ['an address', triggerOf({ uri: 'http://127.0.0.1:9/' }), true],
])('a call with a Trigger for %s is delivered: $2', (_, eventing, expected) => {
  const functions = new Set(['emit-trigger', 'pod-restart', 'job-rerun']);
  expect(isDelivered(eventing, functions, call)).toBe(expected);
});
