/** Names that a line of text holds before it is too long to be read. */
const NAMED = 12;

/** The items as a line says them: those beyond the first ones as a number. */
export function listed(items: readonly string[], most: number = NAMED): string {
  const rest = items.length - most;
  return `${items.slice(0, most).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
