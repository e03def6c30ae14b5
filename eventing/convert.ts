/** What the objects of a trigger file mean; what a schema cannot express is checked here. */
import { type DeliverySpec, parseDuration } from '../broker/delivery.ts';
import type { Filter } from '../broker/filter.ts';
import type { Place } from './place.ts';
import type { DeliveryObject, DestinationObject, FilterObject, TriggerObject } from './schema.ts';

/** Where events go: a Knative Service by name, a Broker, or a URL. */
export type Destination =
  /** `uri` is relative to the URL of the Service; empty where there is none. */
  | { readonly kind: 'service'; readonly name: string; readonly uri: string }
  | { readonly kind: 'broker'; readonly name: string; readonly namespace: string }
  | { readonly kind: 'uri'; readonly uri: string };

/** A `spec.delivery`, without its dead letter sink, which is inherited separately. */
export interface DeclaredDelivery {
  readonly spec: DeliverySpec;
  readonly deadLetterSink: Destination | undefined;
}

/** The delivery that stands at `place` in an object of `namespace`. */
export function convertDelivery(object: DeliveryObject, namespace: string, place: Place): DeclaredDelivery {
  const { backoffPolicy: policy, retry = 0, format = 'binary', deadLetterSink } = object;
  const delayMs = milliseconds(object.backoffDelay, place.at('backoffDelay'));
  return {
    deadLetterSink: deadLetterSink && convertDestination(deadLetterSink, namespace, place.at('deadLetterSink')),
    spec: {
      retry,
      // Knative backs off only where both are given.
      backoff: policy === undefined || delayMs === undefined ? undefined : { policy, delayMs },
      timeoutMs: milliseconds(object.timeout, place.at('timeout')),
      format,
    },
  };
}

/** The subscriber or sink that stands at `place` in an object of `namespace`. */
export function convertDestination({ ref, uri }: DestinationObject, namespace: string, place: Place): Destination {
  if (ref !== undefined && uri !== undefined && URL.canParse(uri)) {
    place.report('has a ref and a whole uri; leave one of them out, or give a path such as /events beside the ref');
  }
  if (ref?.kind === 'Service') return { kind: 'service', name: ref.name, uri: uri ?? '' };
  if (ref?.kind === 'Broker') return { kind: 'broker', name: ref.name, namespace: ref.namespace ?? namespace };
  if (uri === undefined || !URL.canParse(uri)) {
    place.report('needs a ref {apiVersion, kind, name} or a uri such as http://localhost:9000/');
  }
  return { kind: 'uri', uri: uri ?? '' };
}

/** The filter of a Trigger, or undefined where every event passes. `filters` overrides `filter` (Trigger API). */
export function convertFilter({ filter, filters = [] }: TriggerObject['spec'], place: Place): Filter | undefined {
  if (filters.length > 0) return { kind: 'all', filters: convertAll(filters, place.at('filters')) };
  return filter?.attributes && { kind: 'attributes', attributes: filter.attributes };
}

const DIALECTS = ['exact', 'prefix', 'suffix', 'all', 'any', 'not'] as const;

function convertAll(filters: readonly FilterObject[], place: Place): Filter[] {
  return filters.map((filter, index) => convertDialect(filter, place.at(index)));
}

function convertDialect(filter: FilterObject, place: Place): Filter {
  const { exact, prefix, suffix, all, any, not, cesql } = filter;
  if (cesql !== undefined)
    place.at('cesql').report(`is not supported by the embedded broker; use ${DIALECTS.join(', ')}`);
  else if (Object.keys(filter).length !== 1) place.report(`needs exactly one of ${DIALECTS.join(', ')}`);
  if (exact !== undefined) return { kind: 'exact', attributes: exact };
  if (prefix !== undefined) return { kind: 'prefix', attributes: prefix };
  if (suffix !== undefined) return { kind: 'suffix', attributes: suffix };
  if (all !== undefined) return { kind: 'all', filters: convertAll(all, place.at('all')) };
  if (any !== undefined) return { kind: 'any', filters: convertAll(any, place.at('any')) };
  if (not !== undefined) return { kind: 'not', filter: convertDialect(not, place.at('not')) };
  return { kind: 'any', filters: [] };
}

function milliseconds(text: string | undefined, place: Place): number | undefined {
  if (text === undefined) return undefined;
  const duration = parseDuration(text);
  if (duration === undefined) place.report(`is '${text}'; write an ISO 8601 duration such as PT0.5S or PT1M`);
  return duration;
}
