/** What was thrown, in words for a log or a terminal; unlike the message of an AsreError it may hold anything. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
