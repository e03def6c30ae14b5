import { describe, expect, it } from 'vitest';
import { confidenceOf, decodeCall, type Plan } from '../../../../functions/gemma-fallback/decode.ts';

/** A tokenizer of single characters, and pairs of them that start with "p": text is then not cut where slots begin. */
const encode = (text: string): number[] =>
  (text.match(/p.|[\s\S]/g) ?? []).map((piece) =>
    [...piece].reduce((id, letter) => id * 256 + letter.charCodeAt(0), 0),
  );
const CONTROL = { startCall: 1, endCall: 2, escape: 3 };
const SIZE = 2 ** 16;
const PLAN: Plan = {
  tools: [
    {
      name: 'pod_restart',
      values: { name: ['web', 'web-1'], replicas: [5, 50, '+1'], wait: [true, false] },
      shapes: [['name'], ['name', 'wait'], ['name', 'replicas', 'wait']],
    },
    { name: 'pod_look', values: {}, shapes: [[]] },
  ],
};

/** A model that would write `wanted`, and how it was asked; `odds` against each other token. */
function writing(wanted: string, odds = 9) {
  const ids = wanted.split(/(<\w+>)/).flatMap((part) => {
    const at = ['<call>', '<end>', '<escape>'].indexOf(part);
    return at === -1 ? encode(part) : [at + 1];
  });
  const read: number[][] = [];
  const next = async (given: readonly number[]) => {
    read.push([...given]);
    const at = read.flat().length - 1; // one token of a prompt
    const logits = new Float32Array(SIZE).fill(-100);
    for (const id of [...'abcdefghijklmnopqrstuvwxyz-+}05,:'].flatMap(encode).concat(1, 2, 3, ...ids)) logits[id] = 0;
    const wantedId = ids[at];
    if (wantedId !== undefined) logits[wantedId] = Math.log(odds);
    return logits;
  };
  return { next, read, ids };
}

const decode = (wanted: string, plan = PLAN, odds = 9) => {
  const model = writing(wanted, odds);
  return decodeCall(model.next, encode, CONTROL, [0], plan).then((decoded) => ({ ...decoded, ...model }));
};

describe('decodeCall', () => {
  it.each<[string, string, readonly (readonly [string, unknown])[]]>([
    ['<call>call:pod_look{}<end>', 'pod_look', []],
    ['<call>call:pod_restart{name:<escape>web<escape>}<end>', 'pod_restart', [['name', 'web']]],
    ['<call>call:pod_restart{name:<escape>web-1<escape>}<end>', 'pod_restart', [['name', 'web-1']]],
    [
      '<call>call:pod_restart{name:<escape>web<escape>,wait:false}<end>',
      'pod_restart',
      [
        ['name', 'web'],
        ['wait', false],
      ],
    ],
    [
      '<call>call:pod_restart{name:<escape>web<escape>,replicas:50,wait:true}<end>',
      'pod_restart',
      [
        ['name', 'web'],
        ['replicas', 50],
        ['wait', true],
      ],
    ],
    [
      '<call>call:pod_restart{name:<escape>web<escape>,replicas:<escape>+1<escape>,wait:true}<end>',
      'pod_restart',
      [
        ['name', 'web'],
        ['replicas', '+1'],
        ['wait', true],
      ],
    ],
  ])('writes %s where the model would', async (wanted, tool, values) => {
    expect(await decode(wanted)).toMatchObject({ tool, values });
  });

  it('writes a call that is allowed where the model would write another', async () => {
    const { tool, values } = await decode('<call>call:pod_restart{name:<escape>other<escape>,force:true}<end>');
    expect({ tool, values: values.slice(0, 1) }).toEqual({ tool: 'pod_restart', values: [['name', 'web']] });
  });

  it('runs the model only where there is a choice, and gives it every token once', async () => {
    const wanted = '<call>call:pod_restart{name:<escape>web<escape>,replicas:50,wait:true}<end>';
    const { read, ids, runs } = await decode(wanted);
    expect(runs).toBe(read.length);
    expect(runs).toBe(8); // call, name, web, key, 5, 0, true; and whether anything follows replicas
    expect(read.flat().slice(1)).toEqual(ids.slice(0, read.flat().length - 1));
  });

  it('tells how sure the model is: of calling among all tokens, of a slot among what is allowed there', async () => {
    const decoded = await decode('<call>call:pod_look{}<end>');
    expect(decoded.slots).toEqual([
      { slot: 'name', confidence: expect.closeTo(0.9, 5) },
      { slot: 'end', confidence: 1 },
    ]);
    expect(decoded.callProbability).toBeLessThan(0.3);
    expect(confidenceOf(decoded)).toBeCloseTo(0.9, 5);
  });

  it('is sure of nothing where a logit is not a number', async () => {
    const decoded = await decodeCall(async () => new Float32Array(SIZE).fill(Number.NaN), encode, CONTROL, [0], PLAN);
    expect(confidenceOf(decoded)).toBeNaN();
    expect(decoded.callProbability).toBeNaN();
  });

  it('throws where nothing may be called', async () => {
    await expect(decode('x', { tools: [] })).rejects.toThrow('nothing to choose from');
  });
});
