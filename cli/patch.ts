import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';

/** What changes in a file, for `git apply` or `patch`. */
export function patchText(name: string, before: string, after: string): string {
  const options = { headerOptions: FILE_HEADERS_ONLY };
  return createTwoFilesPatch(`a/${name}`, `b/${name}`, before, after, undefined, undefined, options).trimEnd();
}
