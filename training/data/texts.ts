import type { Labels } from '../../shared/alert/alert.ts';
import type { Random } from './random.ts';
import { PROSE_SYNONYMS, replaceSynonyms } from './synonyms.ts';

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
/** What a terse author leaves out. */
const FILLERS = /\b(?:the|a|an|is|are|has|have|been|was|of|for|its|this|that|please)\s/gi;

/**
 * Annotations that say what one of the phrasings says, in the shapes that people give annotations.
 *
 * @param reworded in other words and shapes too
 */
export function drawAnnotations(
  phrasings: readonly string[],
  labels: Labels,
  reworded: boolean,
  random: Random,
): Record<string, string> {
  if (phrasings.length === 0 || random.chance(0.07)) return {};
  const expand = (text: string) => expandTemplates(text, labels, random);
  const draw = () => (reworded ? paraphrase(random.pick(phrasings), random) : random.pick(phrasings));
  const main = `${random.pick(LEADS)}${draw()}`;
  const annotations: Record<string, string> = {};
  const shape = random.next();
  if (shape < 0.3) annotations.description = expand(main);
  else if (shape < 0.5) annotations.summary = expand(main);
  else if (shape < 0.6) annotations.message = expand(main);
  else {
    annotations.summary = expand(draw());
    annotations.description = expand(main);
  }
  const aside = random.chance(0.3) ? expand(random.pick(ASIDES)) : '';
  const dump = random.chance(0.12) ? expand('\n  VALUE = {{ $value }}\n  LABELS = ') + dumpLabels(labels) : '';
  const extra = [aside, dump].filter((part) => part !== '').join(' ');
  if (extra !== '') annotations.description = [annotations.description ?? '', extra].join(' ').trim();
  return annotations;
}

function paraphrase(text: string, random: Random): string {
  const other = random.chance(0.5) ? inOtherWords(text, random) : text;
  return random.chance(0.2) ? inOtherShape(other, random) : other;
}

/** Some of its words replaced by words of equal meaning; templates stay. */
function inOtherWords(text: string, random: Random): string {
  const share = random.pick([0.2, 0.4, 0.8]);
  const replace = (part: string) => replaceSynonyms(PROSE_SYNONYMS, part, share, random);
  return text
    .split(/(\{\{.*?\}\})/)
    .map((part) => (part.startsWith('{{') ? part : replace(part)))
    .join('');
}

/** The same words as an author of another temper writes them. */
function inOtherShape(text: string, random: Random): string {
  const sentences = text.split(/(?<=[.!?])\s+/);
  switch (random.below(4)) {
    case 0:
      return text.replaceAll(FILLERS, '');
    case 1:
      return text.toLowerCase();
    case 2:
      return random.shuffle(sentences).join(' ');
    default:
      return sentences.length > 1 ? sentences.slice(0, -1).join(' ') : text;
  }
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
