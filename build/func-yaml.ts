import { type Static, Type } from '@sinclair/typebox';
import { oneOf } from '../shared/one-of.ts';
import { checkDocument, type Problem } from '../shared/text/document.ts';

const strict = { additionalProperties: false } as const;
const Text = Type.Optional(Type.String());
const Quantity = Type.Optional(Type.String({ pattern: '^[0-9.]+(m|[kKMGTPE]i?)?$' }));
const Count = Type.Optional(Type.Integer({ minimum: 0 }));
const Environment = Type.Optional(
  Type.Array(
    Type.Object({ name: Type.String({ pattern: '^[-._a-zA-Z][-._a-zA-Z0-9]*$' }), value: Type.String() }, strict),
  ),
);

/**
 * What agent-sre uses of a func.yaml of specVersion 0.36.0, in its own words: knative/func publishes its schema in its
 * repository (schema/func_yaml-schema.json) and in no package. As there, an unknown key is an error.
 */
const FuncYaml = Type.Object(
  {
    specVersion: Type.Literal('0.36.0'),
    name: Type.String({ pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' }),
    runtime: Type.Literal('node'),
    invoke: Type.Optional(Type.Literal('cloudevent')),
    created: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$' }),
    namespace: Text,
    build: Type.Optional(Type.Object({ builder: oneOf(['pack', 's2i']), buildEnvs: Environment }, strict)),
    run: Type.Optional(Type.Object({ envs: Environment }, strict)),
    deploy: Type.Optional(
      Type.Object(
        {
          healthEndpoints: Type.Optional(Type.Object({ liveness: Text, readiness: Text }, strict)),
          serviceAccountName: Text,
          options: Type.Optional(
            Type.Object(
              {
                scale: Type.Optional(Type.Object({ min: Count, max: Count, target: Count }, strict)),
                resources: Type.Optional(
                  Type.Object(
                    {
                      requests: Type.Optional(Type.Object({ cpu: Quantity, memory: Quantity }, strict)),
                      limits: Type.Optional(
                        Type.Object({ cpu: Quantity, memory: Quantity, concurrency: Count }, strict),
                      ),
                    },
                    strict,
                  ),
                ),
              },
              strict,
            ),
          ),
        },
        strict,
      ),
    ),
  },
  strict,
);
export type FuncYaml = Static<typeof FuncYaml>;

/** The content as a func.yaml. @throws {Error} that names every place where it is none */
export function checkFuncYaml(content: unknown): FuncYaml {
  const problems: Problem[] = [];
  const checked = checkDocument({ file: 'func.yaml', content, lineOf: () => 1 }, FuncYaml, problems);
  if (checked === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
  return checked.content;
}
