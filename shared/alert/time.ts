/** Where a start cannot be read, the time of arrival counts, rounded down to this: alerts sent again soon have one start. */
const GUESS_MS = 300_000;

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,18})?(?:[Zz]|[+-]\d\d:\d\d)$/;
/** ISO 8601 in other words, and Go's time.String(): `2026-11-23 02:31:00.5 +0200 CEST m=+0.1`. Without a zone it is UTC. */
const NEARLY =
  /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(:\d\d)?([.,]\d{1,18})? ?(?:[Zz]|UTC|GMT|([+-]\d\d):?(\d\d)?)?(?: [A-Z]{2,5}| [+-]\d{2,4})?(?: m=[+-][\d.]+)?$/;
/** RFC 1123 and Go's UnixDate; the zone must be one that is the same everywhere. */
const NAMED_MONTH =
  /^(?:[A-Z][a-z]{2,8},? )?(?:\d{1,2}[ -][A-Z][a-z]{2}[ -]\d{4}|[A-Z][a-z]{2} {1,2}\d{1,2}) [\d: ]{8,13} ?(?:GMT|UTC|UT|Z|[+-]\d{4})(?: \d{4})?$/;
const EPOCH = /^\d{9,19}(?:\.\d{1,9})?$/;
/** Go's zero time means that there is none. */
const ZERO = /^0001-01-01/;
/** Nanoseconds, the finest unit, of 2200. */
const EPOCH_LIMIT = 7.3e18;
/** Milliseconds of 2200-01-01; an epoch beyond is one in a finer unit. */
const EPOCH_END_MS = 7_258_118_400_000;

/** Whether a time is given at all: Go writes its zero time for an absent one. */
export function isTimeGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && !(typeof value === 'string' && ZERO.test(value));
}

/**
 * A time in any of the forms that senders use, as RFC 3339; undefined where it cannot be read. RFC 3339 stays as it was
 * written, to its last digit.
 */
export function readTime(value: unknown): string | undefined {
  if (typeof value === 'number') return epochTime(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (RFC_3339.test(text) && !Number.isNaN(Date.parse(text))) return text;
  if (EPOCH.test(text)) return epochTime(Number(text));
  const ms = Date.parse(NAMED_MONTH.test(text) ? text : nearlyRfc3339(text));
  return Number.isNaN(ms) ? undefined : formatTime(ms);
}

/** The start of an alert whose own cannot be read. */
export function guessStart(arrivedMs: number): string {
  return formatTime(Math.floor(arrivedMs / GUESS_MS) * GUESS_MS);
}

function nearlyRfc3339(text: string): string {
  const [match, date, minute, second = ':00', fraction = '', hours, minutes = '00'] = NEARLY.exec(text) ?? [];
  if (match === undefined) return '';
  const zone = hours === undefined ? 'Z' : `${hours}:${minutes}`;
  return `${date}T${minute}${second}${fraction.replace(',', '.')}${zone}`;
}

/** Seconds, or as many digits more as a finer unit has. */
function epochTime(epoch: number): string | undefined {
  if (!(epoch < EPOCH_LIMIT)) return undefined;
  let ms = epoch * 1_000;
  while (ms > EPOCH_END_MS) ms /= 1_000;
  return ms >= 1e11 ? formatTime(Math.floor(ms)) : undefined; // before 1973 it is a number of something else
}

function formatTime(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}
