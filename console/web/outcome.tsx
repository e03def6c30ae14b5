import { signOf, toneOf } from './words.ts';

/** An outcome as a coloured word with its sign. */
export function Outcome({ outcome }: { readonly outcome: string }) {
  return (
    <span class={`outcome ${toneOf(outcome)}`}>
      <span aria-hidden="true">{signOf(outcome)}</span> {outcome}
    </span>
  );
}

/** What a view shows while it waits, or where it failed. */
export function Notice({ error, children }: { readonly error?: string | undefined; readonly children?: string }) {
  return error === undefined ? (
    <p class="notice" role="status">
      {children ?? 'Reading the record …'}
    </p>
  ) : (
    <p class="notice bad" role="alert">
      {error}
    </p>
  );
}
