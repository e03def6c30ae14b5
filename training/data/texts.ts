import type { Labels } from '../../shared/alert/alert.ts';
import type { Random } from './random.ts';

const ASIDES = [
  'See the runbook for details.',
  'Please check the dashboard.',
  'Contact the on-call engineer of the team.',
  'This may affect customers.',
  'Users could notice slow responses.',
  'Investigate before the business day starts.',
  'No action was taken so far.',
  'The condition has lasted for {{ $value }} minutes.',
  'Value: {{ $value }}',
  'Current value is {{ $value }}%.',
  'This alert is evaluated every minute.',
  'Severity depends on the environment.',
  'Escalate when it persists.',
  'Logs are in the usual place.',
  'First seen during the maintenance window.',
  'It was deployed by the platform team.',
  'The last change was a version upgrade.',
  'A pod of another team restarted at the same time.',
  'The node was rebooted last week.',
  'A certificate was renewed yesterday.',
  'Disk usage is normal.',
];
const LEADS = [
  '',
  '',
  '',
  '',
  '[FIRING] ',
  '[Prometheus] ',
  'Alert: ',
  'WARNING: ',
  'Cluster prod: ',
  '({{ $labels.cluster }}) ',
  'Attention: ',
];
const SYNONYMS: readonly (readonly string[])[] = [
  ['is down', 'is unreachable', 'is not responding', 'is unavailable', 'has disappeared'],
  ['high', 'elevated', 'above normal'],
  ['failed', 'did not succeed', 'ended with an error'],
  ['minutes', 'min'],
  ['more than', 'over', 'above'],
  ['less than', 'under', 'below'],
  ['cannot', 'can not', 'is unable to'],
];

/** Annotations that say what one of the phrasings says, in the shapes that people give annotations. */
export function drawAnnotations(phrasings: readonly string[], labels: Labels, random: Random): Record<string, string> {
  if (phrasings.length === 0 || random.chance(0.07)) return {};
  const expand = (text: string) => expandTemplates(text, labels, random);
  const main = `${random.pick(LEADS)}${paraphrase(random.pick(phrasings), random)}`;
  const annotations: Record<string, string> = {};
  const shape = random.next();
  if (shape < 0.3) annotations.description = expand(main);
  else if (shape < 0.5) annotations.summary = expand(main);
  else if (shape < 0.6) annotations.message = expand(main);
  else {
    annotations.summary = expand(random.pick(phrasings));
    annotations.description = expand(main);
  }
  const aside = random.chance(0.3) ? expand(random.pick(ASIDES)) : '';
  const dump = random.chance(0.12) ? expand('\n  VALUE = {{ $value }}\n  LABELS = ') + dumpLabels(labels) : '';
  const extra = [aside, dump].filter((part) => part !== '').join(' ');
  if (extra !== '') annotations.description = [annotations.description ?? '', extra].join(' ').trim();
  return annotations;
}

function paraphrase(text: string, random: Random): string {
  if (!random.chance(0.3)) return text;
  const present = SYNONYMS.flatMap((set) =>
    set.filter((phrase) => wordIn(text, phrase)).map((phrase) => ({ set, phrase })),
  );
  if (present.length === 0) return text;
  const { set, phrase } = random.pick(present);
  return text.replace(new RegExp(`\\b${phrase}\\b`), random.pick(set));
}

function wordIn(text: string, phrase: string): boolean {
  return new RegExp(`\\b${phrase}\\b`).test(text);
}

// A missing label expands to nothing, as Prometheus does it.
function expandTemplates(text: string, labels: Labels, random: Random): string {
  const value = random.chance(0.5) ? String(random.below(100)) : (random.next() * 100).toFixed(2);
  return text
    .replaceAll(/\{\{\s*\$labels\.(\w+)\s*\}\}/g, (_, key: string) => labels[key] ?? '')
    .replaceAll(/\{\{\s*\$value[^}]*\}\}/g, value);
}

function dumpLabels(labels: Labels): string {
  return `map[${Object.entries(labels)
    .map(([key, value]) => `${key}:${value}`)
    .join(' ')}]`;
}
