import { splitWords } from '../../shared/text/words.ts';
import type { Random } from './random.ts';

const PREFIXES =
  'Kube Kubernetes K8s Cluster Prod Platform Team Infra Core Acme My Staging App Service Host Global Internal Edge Shared Custom Node Site Ops Main Tenant Managed Operator'.split(
    ' ',
  );
const SUFFIXES =
  'Critical Warning High Alert Prod Major Minor Page Ticket Info Error V2 Urgent Detected Firing Problem Issue 5m 1h Persistent Sustained Status State'.split(
    ' ',
  );
/** Words that name the same thing in alert names; one of a set may stand for another. */
const SYNONYMS: readonly (readonly string[])[] = [
  ['down', 'unavailable', 'unreachable', 'absent', 'missing', 'offline', 'gone', 'dead', 'not responding'],
  ['high', 'too high', 'elevated', 'excessive', 'large'],
  ['low', 'too low', 'insufficient'],
  ['failed', 'failing', 'failure', 'failures', 'errors', 'error'],
  ['slow', 'high latency', 'lagging', 'delayed'],
  ['full', 'filling up', 'almost full', 'running out', 'space low', 'nearly full', 'usage high'],
  ['not ready', 'unready', 'not healthy', 'unhealthy'],
  ['restarting', 'crash looping', 'crash loop', 'frequently restarting', 'restarts'],
  ['memory', 'mem', 'ram'],
  ['cpu', 'processor'],
  ['expiring', 'expiry', 'expiration', 'expires soon', 'about to expire'],
  ['saturated', 'saturation', 'overloaded', 'exhausted', 'near limit'],
  ['degraded', 'impaired'],
  ['stuck', 'stalled', 'hanging'],
  ['mismatch', 'differs', 'inconsistent'],
  ['usage', 'utilisation', 'utilization'],
  ['kubernetes', 'kube', 'k8s'],
  ['postgresql', 'postgres', 'pg'],
  ['rate', 'ratio'],
];
const BARE =
  'HighSeverityAlert CustomAlert Alert001 GenericAlert TestRule SomethingWrong ServiceProblem Incident CheckFailed ThresholdExceeded HealthCheck'.split(
    ' ',
  );

/** An alert name as somebody else might have written it, so that the model learns the words and not the spelling. */
export function varyName(name: string, random: Random): string {
  if (random.chance(0.04)) return random.pick(BARE);
  if (random.chance(0.45)) return name;
  let words = splitWords(name).map((word) => word.text);
  if (random.chance(0.45)) words = replaceSynonym(words, random);
  if (words.length > 3 && random.chance(0.2)) words = words.filter((_, index) => index !== dropped(words, random));
  if (random.chance(0.25)) words = [random.pick(PREFIXES).toLowerCase(), ...words];
  if (random.chance(0.25)) words = [...words, random.pick(SUFFIXES).toLowerCase()];
  return join(words, random);
}

function dropped(words: readonly string[], random: Random): number {
  return random.below(words.length);
}

function replaceSynonym(words: readonly string[], random: Random): string[] {
  const text = ` ${words.join(' ')} `;
  const present = SYNONYMS.flatMap((set) =>
    set.filter((word) => text.includes(` ${word} `)).map((word) => ({ set, word })),
  );
  if (present.length === 0) return [...words];
  const { set, word } = random.pick(present);
  return text
    .replace(` ${word} `, ` ${random.pick(set)} `)
    .trim()
    .split(' ');
}

function join(words: readonly string[], random: Random): string {
  const style = random.next();
  if (style < 0.7) return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  if (style < 0.85) return words.join('_');
  return style < 0.92 ? words.join('-') : words.join(' ');
}
