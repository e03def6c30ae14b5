import { type Static, Type } from '@sinclair/typebox';
import { oneOf } from '../shared/one-of.ts';

const strict = { additionalProperties: false } as const;
const Texts = Type.Record(Type.String(), Type.String());
const Name = Type.String({ minLength: 1 });

const Reference = Type.Object(
  {
    apiVersion: Type.String(),
    kind: oneOf(['Service', 'Broker']),
    name: Name,
    namespace: Type.Optional(Type.String()),
  },
  strict,
);

/** Needs a ref or an absolute uri, which a schema cannot express well: convert.ts checks it. */
export const DestinationObject = Type.Object(
  { ref: Type.Optional(Reference), uri: Type.Optional(Type.String()) },
  strict,
);
export type DestinationObject = Static<typeof DestinationObject>;

export const DeliveryObject = Type.Object(
  {
    deadLetterSink: Type.Optional(DestinationObject),
    retry: Type.Optional(Type.Integer({ minimum: 0 })),
    backoffPolicy: Type.Optional(oneOf(['linear', 'exponential'])),
    backoffDelay: Type.Optional(Type.String()),
    timeout: Type.Optional(Type.String()),
    format: Type.Optional(oneOf(['binary', 'json'])),
  },
  strict,
);
export type DeliveryObject = Static<typeof DeliveryObject>;

/** One filter of the CloudEvents Subscriptions API: exactly one of its keys, which filter.ts checks. */
export const FilterObject = Type.Recursive(
  (Self) =>
    Type.Object(
      {
        exact: Type.Optional(Texts),
        prefix: Type.Optional(Texts),
        suffix: Type.Optional(Texts),
        all: Type.Optional(Type.Array(Self)),
        any: Type.Optional(Type.Array(Self)),
        not: Type.Optional(Self),
        cesql: Type.Optional(Type.Unknown()),
      },
      strict,
    ),
  { $id: 'filter' },
);
export type FilterObject = Static<typeof FilterObject>;

const head = {
  apiVersion: oneOf(['eventing.knative.dev/v1']),
  metadata: Type.Object(
    {
      name: Name,
      namespace: Type.Optional(Name),
      labels: Type.Optional(Texts),
      annotations: Type.Optional(Texts),
    },
    strict,
  ),
};

export const BrokerObject = Type.Object(
  {
    ...head,
    kind: Type.Literal('Broker'),
    spec: Type.Optional(
      Type.Object({ config: Type.Optional(Type.Unknown()), delivery: Type.Optional(DeliveryObject) }, strict),
    ),
  },
  strict,
);
export type BrokerObject = Static<typeof BrokerObject>;

export const TriggerObject = Type.Object(
  {
    ...head,
    kind: Type.Literal('Trigger'),
    spec: Type.Object(
      {
        broker: Name,
        filter: Type.Optional(Type.Object({ attributes: Type.Optional(Texts) }, strict)),
        filters: Type.Optional(Type.Array(FilterObject)),
        subscriber: DestinationObject,
        delivery: Type.Optional(DeliveryObject),
      },
      strict,
    ),
  },
  strict,
);
export type TriggerObject = Static<typeof TriggerObject>;
