import { type Static, Type } from '@sinclair/typebox';
import { oneOf } from '../one-of.ts';
import { RemediationSection } from './remediation.ts';
import { RISKS } from './risk.ts';

const strict = { additionalProperties: false } as const;
const Constants = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]));
const Names = Type.Array(Type.String({ minLength: 1 }), { minItems: 1 });

const CatalogueFunction = Type.Object(
  {
    description: Type.String({ minLength: 1 }),
    risk: oneOf(RISKS),
    fill: Type.Array(Type.Object({ target: Type.String(), parameters: Type.Optional(Constants) }, strict)),
    parameters: Type.Object({ type: Type.Literal('object') }, { additionalProperties: true }),
  },
  strict,
);

export const CatalogueFile = Type.Object(
  { functions: Type.Record(Type.String({ pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' }), CatalogueFunction, strict) },
  strict,
);
export type CatalogueFile = Static<typeof CatalogueFile>;

const ScraperName = Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' });

const Grant = Type.Object(
  {
    namespaces: Type.Array(Type.String(), { minItems: 1 }),
    functions: Type.Array(Type.String()),
    target: oneOf(['own', 'named', 'any']),
  },
  strict,
);
export type Grant = Static<typeof Grant>;

const Scraper = Type.Object(
  { name: ScraperName, alerts: Type.Optional(Type.Array(ScraperName, { minItems: 1 })) },
  strict,
);

export const PolicyFile = Type.Object(
  {
    protectedNamespaces: Type.Array(Type.String({ minLength: 1 })),
    forbidden: Type.Optional(Type.Record(Type.String(), Names)),
    storesData: Type.Optional(Type.Object({ labels: Type.Optional(Names), names: Type.Optional(Names) }, strict)),
    clusters: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
    annotations: Type.Array(Grant),
    scrapers: Type.Optional(Type.Array(Scraper)),
    targets: Type.Record(Type.String(), Type.Array(Type.Record(Type.String(), Names), { minItems: 1 })),
    conditions: Type.Record(Type.String(), Names),
    remediation: Type.Optional(RemediationSection),
  },
  strict,
);
export type PolicyFile = Static<typeof PolicyFile>;

/** What an overlay says of the policy. */
export const PolicyOverlay = Type.Partial(PolicyFile, strict);

const Case = Type.Object(
  {
    when: Type.Optional(Type.Array(Type.String())),
    unless: Type.Optional(Type.Array(Type.String())),
    target: Type.Optional(Type.String()),
    do: Type.String(),
    parameters: Type.Optional(Constants),
    reason: Type.String({ minLength: 1 }),
  },
  strict,
);
export type Case = Static<typeof Case>;

export const SituationsFile = Type.Object(
  { situations: Type.Record(Type.String(), Type.Object({ cases: Type.Array(Case, { minItems: 1 }) }, strict)) },
  strict,
);
export type SituationsFile = Static<typeof SituationsFile>;

const EntryName = Type.String({ pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' });

/** An entry: alert names, how such alerts read, and the situation that decides. */
export const Entry = Type.Object(
  {
    id: EntryName,
    situation: Type.String(),
    family: Type.Optional(EntryName),
    names: Type.Optional(Names),
    match: Type.Optional(Names),
    labels: Type.Optional(Type.Array(Type.String())),
    values: Type.Optional(Type.Record(Type.String(), Names)),
    says: Type.Optional(Names),
    pinned: Type.Optional(Type.Boolean()),
  },
  strict,
);
export type Entry = Static<typeof Entry>;

/** The family of an entry; one that names none is a family by itself. */
export function familyOf({ id, family }: Pick<Entry, 'id' | 'family'>): string {
  return family ?? id;
}

export const AlertsFile = Type.Object({ alerts: Type.Array(Entry), pinned: Type.Optional(Type.Boolean()) }, strict);
export type AlertsFile = Static<typeof AlertsFile>;
