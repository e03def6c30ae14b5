/** Trigger filters: `filter.attributes` and the `filters` dialects of the CloudEvents Subscriptions API. Pure. */
import type { WireEvent } from './event.ts';

export type Filter =
  | { readonly kind: 'attributes'; readonly attributes: Readonly<Record<string, string>> }
  | { readonly kind: 'exact' | 'prefix' | 'suffix'; readonly attributes: Readonly<Record<string, string>> }
  | { readonly kind: 'all' | 'any'; readonly filters: readonly Filter[] }
  | { readonly kind: 'not'; readonly filter: Filter };

/** Whether the event passes the filter. */
export function matches(filter: Filter, event: WireEvent): boolean {
  switch (filter.kind) {
    case 'attributes':
      return every(filter.attributes, (name, expected) => matchesLegacy(attributeOf(event, name), name, expected));
    case 'exact':
      return every(filter.attributes, (name, expected) => attributeOf(event, name) === expected);
    case 'prefix':
      return every(filter.attributes, (name, expected) => attributeOf(event, name)?.startsWith(expected) ?? false);
    case 'suffix':
      return every(filter.attributes, (name, expected) => attributeOf(event, name)?.endsWith(expected) ?? false);
    case 'all':
      return filter.filters.every((inner) => matches(inner, event));
    case 'any':
      return filter.filters.some((inner) => matches(inner, event));
    case 'not':
      return !matches(filter.filter, event);
  }
}

// '' accepts any value, but there has to be one. Knative reads an absent time as the zero time, which is one.
function matchesLegacy(value: string | undefined, name: string, expected: string): boolean {
  if (expected !== '') return value === expected;
  return name === 'time' || (value !== undefined && value !== '');
}

function attributeOf(event: WireEvent, name: string): string | undefined {
  return name === 'datacontenttype' ? event.contentType : event.attributes[name];
}

function every(record: Readonly<Record<string, string>>, test: (name: string, expected: string) => boolean): boolean {
  for (const name in record) {
    const expected = record[name];
    if (expected !== undefined && !test(name, expected)) return false;
  }
  return true;
}
