/**
 * A call by filling in its slots: name, keys and values are walked along tries of their tokens, so no other call can come
 * out. Control tokens are boundaries of the tokenizer: what stands between two of them is encoded by itself.
 */
import type { Value } from './tools.ts';

export interface ControlTokens {
  readonly startCall: number;
  readonly endCall: number;
  readonly escape: number;
}

/** What may be called, and with what. */
export interface Plan {
  readonly tools: readonly PlannedTool[];
}

export interface PlannedTool {
  readonly name: string;
  /** By key. */
  readonly values: Readonly<Record<string, readonly Value[]>>;
  /** The sets of keys that a call may have, in the order in which they are written. */
  readonly shapes: readonly (readonly string[])[];
}

export interface Decoded {
  readonly tool: string;
  readonly values: readonly (readonly [key: string, value: Value])[];
  /** The probability that the model would have called anything at all, read before it had to. */
  readonly callProbability: number;
  /** How sure the model is of each slot among what is allowed there: the name, then every key. */
  readonly slots: readonly { readonly slot: string; readonly confidence: number }[];
  /** How often the model ran. */
  readonly runs: number;
}

/** Takes tokens, and gives the logits of what follows them. */
export type Next = (ids: readonly number[]) => Promise<Float32Array>;
/** The ids of a text without control tokens. */
export type Encode = (text: string) => number[];

/**
 * @param prompt ids that the model has not read yet; the logits behind them tell whether it would call
 * @throws {Error} where the plan allows no call
 */
export async function decodeCall(
  next: Next,
  encode: Encode,
  control: ControlTokens,
  prompt: readonly number[],
  plan: Plan,
): Promise<Decoded> {
  const writer = new Writer(next, encode, prompt);
  const callProbability = probability(await writer.logits(), control.startCall);
  writer.control(control.startCall);
  const named = await writer.choose(plan.tools.map((tool) => ({ pieces: [`call:${tool.name}{`], pick: tool })));
  const slots = [{ slot: 'name', confidence: named.confidence }];
  const values: [string, Value][] = [];
  let written: Written = { kind: 'open' };
  while (written.kind !== 'end') {
    const keyed = await writer.choose(keyChoices(named.pick, values.length, keysOf(values), written, control));
    if (keyed.pick === undefined) {
      slots.push({ slot: 'end', confidence: keyed.confidence });
      break;
    }
    const key = keyed.pick;
    const valued = await writer.choose(valueChoices(named.pick, [...keysOf(values), key], control));
    slots.push({ slot: key, confidence: keyed.confidence * valued.confidence });
    values.push([key, valued.pick.value]);
    written = valued.pick.written;
  }
  return { tool: named.pick.name, values, callProbability, slots, runs: writer.runs };
}

/** The product of the slots' confidences. */
export function confidenceOf({ slots }: Pick<Decoded, 'slots'>): number {
  return slots.reduce((product, { confidence }) => product * confidence, 1);
}

/** What stands at the end of the text: a brace or comma that a key may follow, a value that needs one, or the end. */
type Written = { readonly kind: 'open' | 'comma' | 'value' | 'end' };

interface Choice<Pick> {
  /** Text, and ids of control tokens. No choice may be the beginning of another. */
  readonly pieces: readonly (string | number)[];
  readonly pick: Pick;
}

function keysOf(values: readonly (readonly [string, Value])[]): string[] {
  return values.map(([key]) => key);
}

/** The keys that may follow those written, and the end (undefined) where the call may stop here. */
function keyChoices(
  { shapes }: PlannedTool,
  count: number,
  keys: readonly string[],
  { kind }: Written,
  { endCall }: ControlTokens,
): Choice<string | undefined>[] {
  const comma = kind === 'value' ? ',' : '';
  const following = followingKeys(shapes, keys).map((key) => ({ pieces: [`${comma}${key}:`], pick: key }));
  const mayEnd = kind !== 'comma' && shapes.some((shape) => shape.length === count && startsWith(shape, keys));
  return mayEnd ? [...following, { pieces: ['}', endCall], pick: undefined }] : following;
}

function followingKeys(shapes: PlannedTool['shapes'], keys: readonly string[]): string[] {
  const following = shapes.filter((shape) => startsWith(shape, keys)).flatMap((shape) => shape[keys.length] ?? []);
  return [...new Set(following)];
}

function startsWith(shape: readonly string[], keys: readonly string[]): boolean {
  return keys.every((key, index) => shape[index] === key);
}

/** Text stands between escapes; a number or boolean is told from a longer one by what closes it. */
function valueChoices(
  { shapes, values }: PlannedTool,
  keys: readonly string[],
  { escape: quote, endCall }: ControlTokens,
): Choice<{ value: Value; written: Written }>[] {
  const mayEnd = shapes.some((shape) => shape.length === keys.length && startsWith(shape, keys));
  const mayGoOn = followingKeys(shapes, keys).length > 0;
  return (values[keys.at(-1) ?? ''] ?? []).flatMap((value) => {
    const choice = (kind: Written['kind'], ...pieces: (string | number)[]) => ({
      pieces,
      pick: { value, written: { kind } },
    });
    if (typeof value === 'string') return [choice('value', quote, value, quote)];
    const ended = mayEnd ? [choice('end', `${value}}`, endCall)] : [];
    return mayGoOn ? [...ended, choice('comma', `${value},`)] : ended;
  });
}

/** Text since the last control token, with its ids. */
interface Segment {
  readonly text: string;
  readonly ids: readonly number[];
}

const EMPTY: Segment = { text: '', ids: [] };

/** What has been written, and what of it the model has read: forced tokens wait until there is something to decide. */
class Writer {
  runs = 0;
  private readonly next: Next;
  private readonly encode: Encode;
  private unread: number[];
  private segment = EMPTY;

  constructor(next: Next, encode: Encode, prompt: readonly number[]) {
    this.next = next;
    this.encode = encode;
    this.unread = [...prompt];
  }

  logits(): Promise<Float32Array> {
    const ids = this.unread;
    this.unread = [];
    this.runs++;
    return this.next(ids);
  }

  control(id: number): void {
    this.unread.push(id);
    this.segment = EMPTY;
  }

  /** One of the choices, the likeliest token at each fork; `confidence` is the product over the forks. */
  async choose<Pick>(choices: readonly Choice<Pick>[]): Promise<{ pick: Pick; confidence: number }> {
    let left = choices.map(({ pieces, pick }) => ({ pick, ...this.spell(pieces) }));
    let confidence = 1;
    let depth = 0;
    for (; left.length > 1; depth++) {
      const children = [...new Set(left.flatMap(({ ids }) => ids[depth] ?? []))];
      const [only] = children;
      if (only === undefined) break; // spelt alike: a blank may be written in two ways
      const { id, share } = children.length === 1 ? { id: only, share: 1 } : likeliest(await this.logits(), children);
      confidence *= share;
      left = left.filter(({ ids }) => ids[depth] === id);
      this.unread.push(id);
    }
    const [chosen] = left;
    if (chosen === undefined) throw new Error('there is nothing to choose from');
    this.unread.push(...chosen.ids.slice(depth));
    this.segment = chosen.segment;
    return { pick: chosen.pick, confidence };
  }

  private spell(pieces: readonly (string | number)[]): { ids: number[]; segment: Segment } {
    const ids: number[] = [];
    let segment = this.segment;
    for (const piece of pieces) {
      const part = typeof piece === 'number' ? [piece] : this.following(segment, piece);
      ids.push(...part);
      segment = typeof piece === 'number' ? EMPTY : { text: segment.text + piece, ids: [...segment.ids, ...part] };
    }
    return { ids, segment };
  }

  /** The ids of a text as the tokenizer writes them behind that one, where these begin with those that stand there. */
  private following(segment: Segment, text: string): number[] {
    const whole = this.encode(segment.text + text);
    const goesOn = segment.ids.every((id, index) => whole[index] === id);
    return goesOn ? whole.slice(segment.ids.length) : this.encode(text);
  }
}

/** The likeliest of some tokens, and its share of their probability. */
function likeliest(logits: Float32Array, ids: readonly number[]): { id: number; share: number } {
  let best = ids[0] ?? 0;
  for (const id of ids) if ((logits[id] ?? Number.NaN) > (logits[best] ?? Number.NaN)) best = id;
  const most = logits[best] ?? Number.NaN;
  const total = ids.reduce((sum, id) => sum + Math.exp((logits[id] ?? Number.NaN) - most), 0);
  return { id: best, share: 1 / total };
}

/** The probability of one token among all. */
function probability(logits: Float32Array, id: number): number {
  const most = logits.reduce((left, right) => Math.max(left, right), Number.NEGATIVE_INFINITY);
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
  return Math.exp((logits[id] ?? Number.NaN) - most) / total;
}
