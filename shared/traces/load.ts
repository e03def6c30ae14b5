import { wantsTraces } from './settings.ts';
import { NO_TRACES, type Traces } from './span.ts';

/**
 * The traces that the environment asks for. OpenTelemetry is read from a file of its own, and only where it is asked for: a
 * start without traces pays nothing for it (build/traces.ts).
 *
 * @param name the service's, unless the environment names it
 * @param complain is told what went wrong, once a minute at most
 */
export async function loadTraces(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  complain: (why: string) => void,
): Promise<Traces> {
  if (!wantsTraces(env)) return NO_TRACES;
  const { startTraces } = await import('./otlp.ts');
  return startTraces(env, name, complain);
}
