import { describe, expect, it } from 'vitest';
import { contentWords, splitWords, type Word } from '../../../../shared/text/words.ts';

/** Words with a space between, a number as `#`. */
const written = (words: readonly Word[]) => words.map(({ text, number }) => (number ? '#' : text)).join(' ');

describe('splitWords', () => {
  it.each([
    ['camel case', 'KubePodCrashLooping', 'kube pod crash looping'],
    ['an abbreviation in camel case', 'KubePodOOMKilled', 'kube pod oom killed'],
    ['an abbreviation first', 'CPUThrottlingHigh', 'cpu throttling high'],
    ['an abbreviation last', 'NodeHighCPU', 'node high cpu'],
    ['lower camel case', 'podNotReady', 'pod not ready'],
    ['snake case', 'kube_pod_not_ready', 'kube pod not ready'],
    ['kebab case, dots, slashes and colons', 'a-b.c/d:e', 'a b c d e'],
    ['digits inside', 'HTTP5xxRate', 'http # xx rate'],
    ['a decimal number', 'above 99.5 %', 'above #'],
    ['a number with thousands', '1,234,567 rows', '# rows'],
    ['a number with a unit', '3.5GiB', '# gi b'],
    ['other writing systems', 'диск 日本語 ok', 'ok'],
    ['accents', 'für Überlast, déjà, ŽIVÝ', 'fur uberlast deja zivy'],
    ['accents that are characters of their own', 'u\u0308ber', 'uber'],
    ['letters that have no plain form', 'Größe, søk, ŁÓDŹ, Œuvre', 'grosse sok lodz oeuvre'],
    ['full width', 'ＰｏｄＣｒａｓｈ', 'pod crash'],
    ['nothing', '', ''],
    ['only separators', '-- __ {{ }} ]', ''],
    ['a word too long to be one', `before ${'x'.repeat(25)} behind`, 'before behind'],
    ['the longest word', 'x'.repeat(24), 'x'.repeat(24)],
    ['names of objects', 'constructor __proto__ toString', 'constructor proto to string'],
  ])('%s: %s', (_, text, expected) => {
    expect(written(splitWords(text))).toBe(expected);
  });
});

describe('contentWords', () => {
  it.each([
    ['words that say nothing are left out', 'The pod is not ready for the last minutes', 'pod not ready last minutes'],
    ['also with a capital', 'This Pod Has Restarted', 'pod restarted'],
    ['negations stay', 'no pod, never, without', 'no pod never without'],
    ['of a run of numbers one is kept', '10 20 30 restarts in 5 minutes', '# restarts # minutes'],
    ['numbers apart stay', '10 of 20 pods', '# pods'],
  ])('%s', (_, text, expected) => {
    expect(written(contentWords(text))).toBe(expected);
  });
});
