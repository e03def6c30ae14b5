import { splitWords } from '../../shared/text/words.ts';
import type { Random } from './random.ts';
import { NAME_SYNONYMS, replaceSynonyms } from './synonyms.ts';

const PREFIXES =
  'Kube Kubernetes K8s Cluster Prod Platform Team Infra Core Acme My Staging App Service Host Global Internal Edge Shared Custom Node Site Ops Main Tenant Managed Operator'.split(
    ' ',
  );
const SUFFIXES =
  'Critical Warning High Alert Prod Major Minor Page Ticket Info Error V2 Urgent Detected Firing Problem Issue 5m 1h Persistent Sustained Status State'.split(
    ' ',
  );
const BARE =
  'HighSeverityAlert CustomAlert Alert001 GenericAlert TestRule SomethingWrong ServiceProblem Incident CheckFailed ThresholdExceeded HealthCheck'.split(
    ' ',
  );

/** An alert name as somebody else might have written it, so that the model learns the words and not the spelling. */
export function varyName(name: string, random: Random): string {
  if (random.chance(0.04)) return random.pick(BARE);
  if (random.chance(0.45)) return name;
  let words = splitWords(name).map((word) => word.text);
  if (random.chance(0.5)) words = replaceSynonyms(NAME_SYNONYMS, words.join(' '), 0.5, random).split(' ');
  if (random.chance(0.1)) words = turned(words, random);
  if (words.length > 3 && random.chance(0.2)) words = words.filter((_, index) => index !== dropped(words, random));
  if (random.chance(0.25)) words = [random.pick(PREFIXES).toLowerCase(), ...words];
  if (random.chance(0.25)) words = [...words, random.pick(SUFFIXES).toLowerCase()];
  return join(words, random);
}

/** What comes first comes last: "pod not ready" as "not ready pod". */
function turned(words: readonly string[], random: Random): string[] {
  const at = random.below(words.length);
  return [...words.slice(at), ...words.slice(0, at)];
}

function dropped(words: readonly string[], random: Random): number {
  return random.below(words.length);
}

function join(words: readonly string[], random: Random): string {
  const style = random.next();
  if (style < 0.7) return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  if (style < 0.85) return words.join('_');
  return style < 0.92 ? words.join('-') : words.join(' ');
}
