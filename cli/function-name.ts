import { listed } from '../shared/text/listed.ts';
import { nearest } from '../shared/text/nearest.ts';
import { UserError } from './verb.ts';

/**
 * @param where names the option that the name stands in
 * @throws {UserError} where no function is called so, with the one that may be meant
 */
export function checkFunctionName(name: string, known: readonly string[], where = ''): void {
  if (known.includes(name)) return;
  const meant = nearest(name, known);
  const hint = meant === undefined ? `give one of ${listed(known)}` : `did you mean ${meant}?`;
  throw new UserError(`${where}there is no function "${name}" in the catalogue`, hint);
}
