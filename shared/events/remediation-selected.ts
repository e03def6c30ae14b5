import { type Static, Type } from '@sinclair/typebox';
import { Alert, parseAlert } from '../alert/alert.ts';
import { Attempt, METHODS, Parameters } from '../decision.ts';
import { isObject } from '../json.ts';
import { oneOf } from '../one-of.ts';
import { defineEvent } from './definition.ts';
import { exampleAbstention, exampleAlert, exampleSelection } from './example.ts';

export const Selection = Type.Object({
  alert: Alert,
  lambda_function: Type.String({ minLength: 1, description: 'a function of the catalogue' }),
  parameters: Parameters,
  method: oneOf(METHODS),
  confidence: Type.Number({ minimum: 0, maximum: 1 }),
  reasoning: Type.String({ description: 'why, in words' }),
  attempts: Type.Array(Attempt, { description: 'every vote, the deciding one last' }),
});
export type Selection = Static<typeof Selection>;

/** Of the section `remediation` of the policy that decided: 16 hex digits of a SHA-256. */
export const PolicyHash = Type.String({ description: 'of the policy that decided' });

const byHand = () => ({ method: 'manual', reasoning: 'sent by hand', attempts: [] });

/** Sent by hand, a selection needs only alert, lambda_function and parameters. */
function readSelection(data: unknown, _time?: string, now?: Date): unknown {
  if (!isObject(data)) return data;
  const alert = parseAlert(data.alert, undefined, now);
  // `kn event send -f confidence=0.95` sends text.
  const confidence = typeof data.confidence === 'string' ? Number(data.confidence) : (data.confidence ?? 1);
  const selection: Record<string, unknown> = { ...data, confidence, alert };
  for (const [name, value] of Object.entries(byHand())) if (!Object.hasOwn(data, name)) selection[name] = value;
  return selection;
}

export const exampleSelected: Selection = {
  alert: exampleAlert,
  lambda_function: 'pod-restart',
  parameters: { name: 'checkout-7c9f8d5b6-x2x7k', namespace: 'shop', type: 'pod' },
  method: 'rules',
  confidence: 1,
  reasoning: 'restart the failing pod',
  attempts: [exampleAbstention, exampleSelection],
};

export const remediationSelected = defineEvent({
  type: 'io.homelab.agent-sre.remediation.selected',
  summary: 'A tier has chosen a remediation. emit-trigger checks all of it again.',
  from: ['alert-router', 'trm-reason', 'gemma-fallback', 'rule-fallback'],
  to: ['emit-trigger', 'alert-router'],
  schema: Selection,
  read: readSelection,
  example: exampleSelected,
});
