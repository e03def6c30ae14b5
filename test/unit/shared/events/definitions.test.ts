import { describe, expect, it } from 'vitest';
import { EVENTS, remediationSelected, trmRequested } from '../../../../shared/events/index.ts';

const labels = { alertname: 'A' };

describe.each(EVENTS)('$type', (event) => {
  it('takes its own example, and changes nothing of it', () => {
    expect(event.parse(event.example)).toEqual(event.example);
  });

  it('survives JSON', () => {
    expect(event.parse(JSON.parse(JSON.stringify(event.example)))).toEqual(event.example);
  });

  it.each([undefined, null, 17, 'text', [], {}])('refuses %j with a code of the catalogue', (data) => {
    const code = expect.stringMatching(/^ASRE_(EVENT_DATA|ALERT)_INVALID$/);
    expect(() => event.parse(data)).toThrow(expect.objectContaining({ code }));
  });

  it('names its type once, and its attributes as the specification allows', () => {
    expect(EVENTS.filter(({ type }) => type === event.type)).toHaveLength(1);
    for (const name of Object.keys(event.extensions ?? {})) expect(name).toMatch(/^[a-z0-9]{1,20}$/);
  });
});

describe('an alert without startsAt', () => {
  it('keeps its episode through the chain, however often an event of another time repeats it', () => {
    const data = { alert: { labels }, lambda_function: 'x', parameters: {} };
    const [first, again] = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:07Z'].map((time) => [
      trmRequested.parse({ alert: { labels } }, time).alert,
      remediationSelected.parse(data, time).alert,
    ]);
    expect(again).toEqual(first);
    expect(trmRequested.parse({ labels }, '2026-01-01T00:00:00Z').alert.startsAt).toBe('2026-01-01T00:00:00Z');
  });
});

describe('data that is refused', () => {
  it('is told by its place, and never at the length that the sender chose', () => {
    const data = { alert: { labels }, lambda_function: 'x', parameters: { ['k'.repeat(100_000)]: {} } };
    expect(() => remediationSelected.parse(data)).toThrow(/^.{10,200}$/);
  });
});

describe('a request', () => {
  it.each([
    ['just an alert', { labels }],
    ['an alert by its name', { alertname: 'A' }],
    ['a request without attempts', { alert: { labels } }],
  ])('may be %s', (_, data) => {
    expect(trmRequested.parse(data)).toMatchObject({ alert: { labels, status: 'firing' }, attempts: [] });
  });

  it.each([
    ['attempts that are not a list', { alert: { labels }, attempts: {} }],
    [
      'an attempt of no tier',
      { alert: { labels }, attempts: [{ method: 'oracle', outcome: 'none', reason: 'no_action' }] },
    ],
    [
      'an attempt for no reason',
      { alert: { labels }, attempts: [{ method: 'trm', outcome: 'none', reason: 'because' }] },
    ],
  ])('cannot hold %s', (_, data) => {
    expect(() => trmRequested.parse(data)).toThrow(expect.objectContaining({ code: 'ASRE_EVENT_DATA_INVALID' }));
  });

  it('says where it is wrong, and not with what', () => {
    const data = { alert: { labels }, attempts: [{ method: 'hunter2', outcome: 'none', reason: 'no_action' }] };
    expect(() => trmRequested.parse(data)).toThrow(/^data\/attempts\/0\/method /);
  });
});

describe('a selection', () => {
  const call = { lambda_function: 'pod-restart', parameters: { name: 'p' } };

  it('sent by hand needs alert, function and parameters only', () => {
    const selection = remediationSelected.parse({ alert: { labels }, ...call });
    expect(selection).toMatchObject({ ...call, method: 'manual', confidence: 1, attempts: [] });
  });

  it.each([
    ['no alert', call],
    ['no function', { alert: { labels }, parameters: {} }],
    ['an empty function', { alert: { labels }, ...call, lambda_function: '' }],
    ['parameters that are a list', { alert: { labels }, ...call, parameters: ['p'] }],
    ['a parameter that is an object', { alert: { labels }, ...call, parameters: { name: { x: 1 } } }],
    ['a method of its own', { alert: { labels }, ...call, method: 'human' }],
    ['a confidence above one', { alert: { labels }, ...call, confidence: 2 }],
  ])('cannot have %s', (_, data) => {
    expect(() => remediationSelected.parse(data)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/INVALID$/) }),
    );
  });
});
