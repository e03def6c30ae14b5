/** The section `remediation` of policy.yaml: what may happen without a person, how often, and when not at all. */
import { createHash } from 'node:crypto';
import { type Static, Type } from '@sinclair/typebox';
import { durationMs } from '../duration.ts';
import { canonicalJson } from '../json.ts';
import { oneOf } from '../one-of.ts';
import { Maintenance, type MaintenanceWindow, windowOf } from './maintenance.ts';
import { type NamespaceSet, namespaceSet } from './namespaces.ts';
import { RISKS, type Risk } from './risk.ts';

/** What becomes of a sound selection, the safest first. */
export const MODES = ['off', 'shadow', 'suggest', 'auto'] as const;
export type Mode = (typeof MODES)[number];

const strict = { additionalProperties: false } as const;
const Duration = Type.String({ pattern: '^[1-9][0-9]{0,5}[smhd]$' });
const Share = Type.Number({ minimum: 0, maximum: 1 });
const Patterns = Type.Array(Type.String({ minLength: 1 }), { minItems: 1 });
const StaticMode = oneOf(['auto', 'as-others']);
const Limit = Type.Object({ triggers: Type.Integer({ minimum: 0 }), per: Duration }, strict);

function byRisk<Schema extends ReturnType<typeof oneOf<Mode>> | typeof Share>(schema: Schema) {
  return Type.Partial(Type.Object({ observe: schema, reversible: schema, disruptive: schema }), strict);
}

/** Of the rules that match a call, the first that says something about it decides that. */
const Rule = Type.Object(
  {
    functions: Type.Optional(Patterns),
    risks: Type.Optional(Type.Array(oneOf(RISKS), { minItems: 1 })),
    namespaces: Type.Optional(Patterns),
    clusters: Type.Optional(Patterns),
    mode: Type.Optional(oneOf(MODES)),
    static: Type.Optional(StaticMode),
    cooldown: Type.Optional(Duration),
    verification: Type.Optional(Duration),
  },
  strict,
);
type Rule = Static<typeof Rule>;

export const RemediationSection = Type.Partial(
  Type.Object({
    modes: byRisk(oneOf(MODES)),
    rules: Type.Array(Rule),
    static: StaticMode,
    cooldown: Duration,
    limits: Type.Partial(Type.Object({ target: Limit, overall: Limit }), strict),
    verification: Duration,
    breaker: Type.Object({ after: Type.Integer({ minimum: 1 }), within: Duration, open: Duration }, strict),
    floors: Type.Partial(
      Type.Object({ static: byRisk(Share), trm: byRisk(Share), gemma: byRisk(Share), rules: byRisk(Share) }),
      strict,
    ),
    protectedNames: Type.Array(Type.String({ minLength: 1 })),
    maintenance: Type.Array(Maintenance),
    bounds: Type.Record(Type.String(), Type.Record(Type.String(), Type.Number())),
    withoutLedger: oneOf(['retry', 'observe']),
  }),
  strict,
);
export type RemediationSection = Static<typeof RemediationSection>;

const DEFAULTS = {
  modes: { observe: 'auto', reversible: 'auto', disruptive: 'suggest' },
  rules: [],
  static: 'auto',
  cooldown: '5m',
  limits: { target: { triggers: 3, per: '1h' }, overall: { triggers: 20, per: '10m' } },
  verification: '15m',
  breaker: { after: 3, within: '6h', open: '1h' },
  floors: {},
  protectedNames: [],
  maintenance: [],
  bounds: { 'scale-deployment': { replicas: 10 } },
  withoutLedger: 'retry',
} as const satisfies Required<RemediationSection>;

/** At most so many lambda triggers in any stretch of this length. */
export interface RateLimit {
  readonly triggers: number;
  readonly perMs: number;
}

/** What the modes and rules say of one call. */
export interface Ruling {
  readonly mode: Mode;
  readonly static: 'auto' | 'as-others';
  readonly cooldownMs: number;
  readonly verificationMs: number;
}

/** Where a call would act. */
export interface Place {
  readonly lambdaFunction: string;
  readonly risk: Risk;
  readonly namespace: string;
  readonly cluster: string;
}

export interface Remediation {
  readonly rule: (place: Place) => Ruling;
  readonly limits: { readonly target: RateLimit; readonly overall: RateLimit };
  readonly breaker: { readonly after: number; readonly withinMs: number; readonly openMs: number };
  readonly floor: (method: string, risk: Risk) => number;
  readonly protectedNames: NamespaceSet;
  readonly maintenance: readonly MaintenanceWindow[];
  /** The largest value of a parameter that is taken without a person. */
  readonly bound: (lambdaFunction: string, parameter: string) => number | undefined;
  readonly withoutLedger: 'retry' | 'observe';
  /** How long a target's lambda triggers matter. */
  readonly memoryMs: number;
  /** 16 hex digits of a SHA-256 over the section with its defaults. */
  readonly hash: string;
}

/**
 * The section of a policy with that of a later folder over it: what that one says wins field by field, its rules are asked
 * first. Protected names and maintenance windows are added to, never taken away.
 */
export function mergeRemediation(base: RemediationSection, over: RemediationSection): RemediationSection {
  return {
    ...base,
    ...over,
    modes: { ...base.modes, ...over.modes },
    rules: [...(over.rules ?? []), ...(base.rules ?? [])],
    limits: { ...base.limits, ...over.limits },
    floors: { ...base.floors, ...over.floors },
    protectedNames: [...(base.protectedNames ?? []), ...(over.protectedNames ?? [])],
    maintenance: [...(base.maintenance ?? []), ...(over.maintenance ?? [])],
    bounds: { ...base.bounds, ...over.bounds },
  };
}

/** The section ready for use; what it leaves out has its safe default. */
export function compileRemediation(section: RemediationSection): Remediation {
  const whole = withDefaults(section);
  const { modes, breaker, floors } = whole;
  const rules = whole.rules.map(compileRule);
  const first = <Key extends keyof Ruling>(place: Place, key: Key): Ruling[Key] | undefined =>
    rules.find(({ says, matches }) => says[key] !== undefined && matches(place))?.says[key];
  const cooldownMs = durationMs(whole.cooldown);
  const verificationMs = durationMs(whole.verification);
  const limits = { target: limitOf(whole.limits.target), overall: limitOf(whole.limits.overall) };
  return {
    rule: (place) => ({
      mode: first(place, 'mode') ?? modes[place.risk],
      static: first(place, 'static') ?? whole.static,
      cooldownMs: first(place, 'cooldownMs') ?? cooldownMs,
      verificationMs: first(place, 'verificationMs') ?? verificationMs,
    }),
    limits,
    breaker: { after: breaker.after, withinMs: durationMs(breaker.within), openMs: durationMs(breaker.open) },
    floor: (method, risk) => floors[method as keyof typeof floors]?.[risk] ?? 0,
    protectedNames: namespaceSet(whole.protectedNames),
    maintenance: whole.maintenance.map(windowOf),
    bound: (lambdaFunction, parameter) => own(own(whole.bounds, lambdaFunction) ?? {}, parameter),
    withoutLedger: whole.withoutLedger,
    memoryMs: Math.max(limits.target.perMs, cooldownMs, ...rules.map(({ says }) => says.cooldownMs ?? 0)),
    hash: hashOf(whole),
  };
}

function withDefaults(section: RemediationSection) {
  return {
    ...DEFAULTS,
    ...section,
    modes: { ...DEFAULTS.modes, ...section.modes },
    limits: { ...DEFAULTS.limits, ...section.limits },
    bounds: { ...DEFAULTS.bounds, ...section.bounds },
  };
}

interface CompiledRule {
  /** What the rule leaves out is left to the next. */
  readonly says: Partial<Ruling>;
  readonly matches: (place: Place) => boolean;
}

function compileRule(rule: Rule): CompiledRule {
  const [functions, namespaces, clusters] = [rule.functions, rule.namespaces, rule.clusters].map(
    (patterns) => patterns && namespaceSet(patterns),
  );
  const matches = (place: Place) =>
    (functions?.has(place.lambdaFunction) ?? true) &&
    (rule.risks?.includes(place.risk) ?? true) &&
    (namespaces?.has(place.namespace) ?? true) &&
    (clusters?.has(place.cluster) ?? true);
  const { mode, static: ofStatic, cooldown, verification } = rule;
  const says = {
    ...(mode && { mode }),
    ...(ofStatic && { static: ofStatic }),
    ...(cooldown && { cooldownMs: durationMs(cooldown) }),
    ...(verification && { verificationMs: durationMs(verification) }),
  };
  return { says, matches };
}

function limitOf({ triggers, per }: Static<typeof Limit>): RateLimit {
  return { triggers, perMs: durationMs(per) };
}

function own<Value>(map: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}

function hashOf(section: object): string {
  return createHash('sha256').update(canonicalJson(section)).digest('hex').slice(0, 16);
}

/** The same whatever the order of the keys in the file. */
