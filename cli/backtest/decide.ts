/** What the tiers make of past alerts: each alert is asked about once, however often it fired. */

import { remediationSelected, remediationUnresolved } from '../../shared/events/index.ts';
import type { Selection } from '../../shared/events/remediation-selected.ts';
import { isObject } from '../../shared/json.ts';
import { notificationOf } from '../alert-input.ts';
import type { Chain } from '../chain.ts';
import { type Flow, lastEvent } from '../flow.ts';
import type { Firing, PastAlert } from './firing.ts';

/** What the tiers say of an alert, before the policy is asked. */
export type Decided =
  | { readonly kind: 'selected'; readonly selection: Selection }
  | { readonly kind: 'no action' | 'nobody is sure' | 'cannot be read' };

/** The decision on each alert of the firings. `progress` is told after each. */
export async function decideAlerts(
  firings: readonly Firing[],
  chain: Chain,
  progress: (done: number, total: number) => void,
): Promise<ReadonlyMap<PastAlert, Decided>> {
  const alerts = [...new Set(firings.map(({ alert }) => alert))];
  const decided = new Map<PastAlert, Decided>();
  for (const alert of alerts) {
    const [event] = await chain.receive(notificationOf({ ...alert }));
    decided.set(alert, event === undefined ? { kind: 'cannot be read' } : decidedBy(await chain.follow(event)));
    progress(decided.size, alerts.length);
  }
  return decided;
}

function decidedBy(flow: Flow): Decided {
  const selected = flow.events.findLast(({ attributes }) => attributes.type === remediationSelected.type);
  if (selected !== undefined) return { kind: 'selected', selection: selected.data as Selection };
  const last = lastEvent(flow);
  if (last?.attributes.type !== remediationUnresolved.type) return { kind: 'cannot be read' };
  const reason = isObject(last.data) ? last.data.reason : undefined;
  return { kind: reason === 'abstained' ? 'nobody is sure' : 'no action' };
}
