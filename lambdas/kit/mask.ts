/** Secrets in text that programs wrote, such as a log: masked before the text leaves the cluster. */

const MASK = '[masked]';

const SECRET_WORD = String.raw`[\w.-]{0,40}(?:passw(?:or)?d|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|auth|cookie|session|signature)[\w.-]{0,40}`;

/** Each in order; every quantifier is bounded or cannot overlap with its neighbour, so that no log can hang the process. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]{1,40}-----[\s\S]{0,8192}?(?:-----END [A-Z ]{1,40}-----|$)/g, MASK],
  [
    /\b(authorization["']?\s{0,4}[:=]\s{0,4}["']?)(?:(?:basic|bearer|digest|negotiate)\s{1,4})?[^\s"',]{1,4096}/gi,
    `$1${MASK}`,
  ],
  [/\b((?:bearer|basic)\s{1,4})[\w.~+/=-]{8,4096}/gi, `$1${MASK}`],
  [/\beyJ[\w-]{5,4096}\.[\w-]{5,4096}(?:\.[\w-]{0,4096})?/g, MASK],
  [/\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@:]{0,256}:[^\s/@]{1,256}@/gi, `$1${MASK}@`],
  [
    new RegExp(
      String.raw`(${SECRET_WORD}\\?["']?\s{0,4}[:=]\s{0,4})(?!\[masked\])(?:\\?"[^"]{0,4096}"|'[^']{0,4096}'|[^\s"',;&)}\]]{1,4096})`,
      'gi',
    ),
    `$1${MASK}`,
  ],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, MASK],
  [/\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk-|hf_|AIza)[\w-]{16,256}/g, MASK],
  [/\b[0-9a-f]{40,512}\b/gi, MASK],
  [/(?<![\w+/=-])(?=[\w+/-]{0,512}\d)(?=[\w+/-]{0,512}[A-Z])[\w+/-]{40,512}={0,2}/g, MASK],
];

export function maskSecrets(text: string): string {
  return PATTERNS.reduce((masked, [pattern, mask]) => masked.replace(pattern, mask), text);
}
