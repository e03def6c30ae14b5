/** The messages between an engine and its thread. */

/** What the thread is told: an input to reason about, or to end as soon as no step is under way. */
export type Order<Input> = { readonly id: number; readonly input: Input } | { readonly stop: true };

/** What the thread says. `progress`: the run is making progress, which a hung one is not. */
export type Reply<Answer> =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly id: number }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answer }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };

const KINDS: readonly unknown[] = ['ready', 'progress', 'answer', 'failed'] satisfies Reply<unknown>['kind'][];

/** Whether a message can be a reply at all; the answer in it is checked by the code that knows the model. */
export function isReply(message: unknown): message is Reply<unknown> {
  return typeof message === 'object' && message !== null && 'kind' in message && KINDS.includes(message.kind);
}
