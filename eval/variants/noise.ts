import type { Alert } from '../../shared/alert/alert.ts';
import type { Random } from '../../training/data/random.ts';

/** Common words in other languages; none is one that a label could hold alone. */
const TRANSLATIONS: Readonly<Record<string, readonly string[]>> = {
  minutes: ['Minuten', 'minutos', 'minuti'],
  hours: ['Stunden', 'horas', 'heures'],
  days: ['Tage', 'dias', 'jours'],
  has: ['hat', 'tiene', 'ha'],
  failed: ['fehlgeschlagen', 'fallido', 'fallito'],
  fails: ['schlaegt fehl', 'falla', 'echoue'],
  missing: ['fehlend', 'faltante', 'manquant'],
  more: ['mehr', 'mas', 'plus'],
  than: ['als', 'que'],
  and: ['und', 'y', 'et'],
  for: ['seit', 'desde', 'depuis'],
  with: ['mit', 'con', 'avec'],
  of: ['von', 'de'],
  the: ['der', 'la', 'le'],
  on: ['auf', 'en', 'sur'],
  again: ['wieder', 'otra vez', 'encore'],
  since: ['seit', 'desde'],
  high: ['hoch', 'alto', 'eleve'],
  over: ['ueber', 'sobre'],
  below: ['unter', 'bajo', 'sous'],
};
const TRANSLATED = 0.3;

type Edit = (text: string, random: Random) => string;

/** How a text is told otherwise; each is a change that no reader would stumble over. */
const EDITS: Readonly<Record<string, Edit>> = {
  upper: (text) => text.toUpperCase(),
  lower: (text) => text.toLowerCase(),
  capitals: (text) => text.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase()),
  whitespace: (text, random) => text.replaceAll(' ', () => random.pick([' ', ' ', '  ', '\t', '\n'])),
  framed: (text) => `  ${text}\n\n`,
  punctuation: (text, random) => `${text.replaceAll(/[.,;:!](?=\s|$)/g, '')}${random.pick(['', '.', '!', ' ...'])}`,
  numbers: (text, random) => text.replaceAll(/(?<![\w.:/-])\d+(?![\w.:/-])/g, (number) => formatted(number, random)),
  percent: (text) => text.replaceAll(/ ?%/g, ' percent'),
  translated: (text, random) => text.replaceAll(/\b[a-z]+\b/g, (word) => translate(word, random)),
};
const MOST = 3;

/** Labels in another order, texts with one to three edits. Names, label values and annotation keys stay. */
export function addNoise(alert: Alert, random: Random): Alert {
  const labels = Object.fromEntries(random.shuffle(Object.entries(alert.labels)));
  const edits = random.shuffle(Object.values(EDITS)).slice(0, 1 + random.below(MOST));
  const edit = (text: string) => edits.reduce((told, change) => change(told, random), text);
  const annotations = Object.entries(alert.annotations).map(([key, text]) => [key, isText(key) ? edit(text) : text]);
  return { ...alert, labels, annotations: Object.fromEntries(annotations) };
}

// A link or a static call is not prose.
function isText(key: string): boolean {
  return !/url|link|^lambda_/i.test(key);
}

function formatted(number: string, random: Random): string {
  const grouped = Number(number).toLocaleString('en-US');
  return random.pick([`${number}.0`, `${number},00`, grouped, `~${number}`]);
}

function translate(word: string, random: Random): string {
  const others = TRANSLATIONS[word];
  return others === undefined || !random.chance(TRANSLATED) ? word : random.pick(others);
}
