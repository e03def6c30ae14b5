import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LAMBDAS } from '../../build/project.ts';
import { CODES } from '../../lambdas/kit/codes.ts';
import { RULES } from '../../lambdas/rbac.ts';
import { isObject } from '../../shared/json.ts';
import { Administrator, TEST_RESOURCES } from './administrator.ts';
import { ACTING, type Case, LOOKING, REFUSING } from './cases.ts';
import { type Audited, isWrite, requestsOf } from './cluster.ts';
import { makeAccount, makeBareAccount, type Parameters, type RunningLambda, startLambda, triggerOf } from './lambda.ts';

const obstacle = process.env.KUBERNETES_OBSTACLE;
const folder = process.env.KUBERNETES_FOLDER ?? '';
const CLUSTER_WIDE = new Set(['node-cordon', 'node-check-status']);

describe.skipIf(obstacle !== undefined)(`the Lambdas on a real API server${obstacle ? ` (${obstacle})` : ''}`, () => {
  const lambdas = new Map<string, RunningLambda>();
  let admin: Administrator;
  let namespaces = 0;

  beforeAll(async () => {
    admin = await Administrator.of(folder);
    for (const { name } of LAMBDAS) {
      lambdas.set(name, await startLambda(name, await makeAccount(folder, admin, name)));
    }
  });

  afterAll(async () => {
    for (const each of lambdas.values()) await each.close();
    admin?.close();
  });

  async function prepare(each: Case): Promise<{ lambda: RunningLambda; namespace: string; parameters: Parameters }> {
    const namespace = `case-${++namespaces}`;
    await admin.create(TEST_RESOURCES.namespaces, { metadata: { name: namespace } });
    const known = await each.given(admin, namespace);
    const where = CLUSTER_WIDE.has(each.lambda) ? {} : { namespace };
    const lambda = lambdas.get(each.lambda);
    if (lambda === undefined) throw new Error(`there is no Lambda ${each.lambda}`);
    return {
      lambda,
      namespace,
      parameters: { ...each.parameters, ...where, ...(isObject(known) ? (known as Parameters) : {}) },
    };
  }

  describe.each(ACTING.map((each) => [each.lambda, each.title, each] as const))('%s %s', (name, _, each) => {
    it('by no dry run, once for an event that comes five times, twice at the same moment', async () => {
      const { lambda, namespace, parameters } = await prepare(each);
      for (const LAMBDA_DRY_RUN of ['client', 'server'] as const) {
        const answer = await lambda.deliver(parameters, 'dry', { LAMBDA_DRY_RUN });
        expect(answer).toMatchObject({ code: each.code, outcome: 'done', dry_run: true });
      }
      expect(writesOf(name, namespace, parameters)).toEqual([]);
      const id = `trigger-of-${namespace}`;
      const deliver = () => lambda.deliver(parameters, id);
      const answers = [
        ...(await Promise.all([deliver(), deliver()])),
        await deliver(),
        await deliver(),
        await deliver(),
      ];
      const codes = answers.map(({ code }) => code);
      expect(codes).toContain(each.code);
      const later = [...(each.again ?? ['already_done']), each.code];
      for (const { code } of answers) expect(later).toContain(code);
      expect(answers.find(({ code }) => code === each.code)).toMatchObject({ outcome: 'done', trigger_id: id });
      expect(writesOf(name, namespace, parameters)).toHaveLength(each.writes);
      await each.check(admin, namespace);
    });
  });

  it.each(REFUSING.map((each) => [each.lambda, each.title, each] as const))(
    '%s leaves %s as it is',
    async (name, _, each) => {
      const { lambda, namespace, parameters } = await prepare(each);
      const answer = await lambda.deliver(parameters, 'refused');
      expect(answer).toMatchObject({ code: each.code, outcome: CODES[each.code].outcome });
      expect(writesOf(name, namespace, parameters)).toEqual([]);
    },
  );

  it.each(LOOKING.map((each) => [each.lambda, each.title, each] as const))('%s looks %s', async (_, __, each) => {
    const { lambda, parameters } = await prepare(each);
    const answer = await lambda.deliver(parameters, 'look');
    expect(answer).toMatchObject({ code: 'reported', outcome: 'done' });
    for (const said of each.says) expect(answer.report).toMatch(said);
    expect(JSON.stringify(answer)).not.toContain('hunter2');
    expect(JSON.stringify(answer).length).toBeLessThan(24_000);
  });

  it('node-cordon leaves the last node schedulable', async () => {
    const answer = await lambdas.get('node-cordon')?.deliver({ name: 'node-b' }, 'last', { LAMBDA_MIN_NODES: 99 });
    expect(answer).toMatchObject({ code: 'last_nodes', outcome: 'refused' });
  });

  it.each(LAMBDAS.map(({ name }) => name))('%s changes nothing in a protected namespace', async (name) => {
    if (CLUSTER_WIDE.has(name)) return;
    const parameters = { ...parametersOf(name), namespace: 'kube-system' };
    const answer = await lambdas.get(name)?.deliver(parameters, 'protected');
    expect(answer?.code).toBe(/check/.test(name) ? 'not_found' : 'protected_namespace');
  });

  it.each(LAMBDAS.map(({ name }) => name))('%s refuses what its schema does not take', async (name) => {
    const answer = await lambdas.get(name)?.deliver({ ...parametersOf(name), name: '../../secrets' }, 'invalid');
    expect(answer).toMatchObject({ code: 'invalid_parameters', outcome: 'refused' });
  });

  it.each(LAMBDAS.map(({ name }) => name))('%s rejects the trigger of another function', async (name) => {
    const other = name === 'node-cordon' ? 'pod-restart' : 'node-cordon';
    const outcome = await lambdas.get(name)?.outcomeOf(triggerOf(other, { name: 'node-b' }), 'other');
    expect(outcome).toMatchObject({ outcome: 'reject', error: { code: 'ASRE_LAMBDA_OTHER' } });
  });

  it.each(LAMBDAS.map(({ name }) => name))('%s without its role says which rule it lacks', async (name) => {
    const bare = await startLambda(name, await makeBareAccount(folder, admin, `${name}-bare`));
    const answer = await bare.deliver(parametersOf(name), 'forbidden');
    await bare.close();
    expect(answer).toMatchObject({ code: 'forbidden', outcome: 'failed' });
    expect(answer.message).toMatch(
      /^(get|list) .+: system:serviceaccount:\S+ may not in .+; its role lacks \{apiGroups: .+, verbs: \["(get|list)"\]\}$/,
    );
  });

  it.each(LAMBDAS.map(({ name }) => name))('%s was forbidden nothing, and used all that its role allows', (name) => {
    const own = requestsOf(folder, name);
    expect(own.filter(({ responseStatus }) => responseStatus?.code === 403)).toEqual([]);
    expect([...new Set(own.map(permissionOf))].sort()).toEqual(permissionsOf(name));
  });

  function writesOf(name: string, namespace: string, parameters: Parameters): Audited[] {
    return requestsOf(folder, name).filter((request) => {
      const { name: object, namespace: where } = request.objectRef ?? {};
      return isWrite(request) && (CLUSTER_WIDE.has(name) ? object === parameters.name : where === namespace);
    });
  }
});

function permissionOf({ verb, objectRef }: Audited): string {
  const { apiGroup = '', resource = '', subresource } = objectRef ?? {};
  return `${verb} ${[resource, subresource].filter((part) => part !== undefined).join('/')}.${apiGroup}`;
}

function permissionsOf(name: string): string[] {
  return (RULES[name] ?? [])
    .flatMap(({ resource, subresource, verbs }) =>
      verbs.map((verb) =>
        permissionOf({ verb, objectRef: { ...resourceOf(resource), ...(subresource && { subresource }) } } as Audited),
      ),
    )
    .sort();
}

function resourceOf({ group, plural }: { readonly group: string; readonly plural: string }) {
  return { apiGroup: group, resource: plural };
}

/** Parameters that every schema takes: of an object that is not there. */
function parametersOf(name: string): Parameters {
  const where = CLUSTER_WIDE.has(name) ? {} : { namespace: 'default' };
  return { name: 'nobody', ...where, ...(name === 'scale-deployment' ? { replicas: '+1' } : {}) };
}
