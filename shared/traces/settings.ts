/** The variables of OpenTelemetry that are honoured. `docs/traces.md` is generated from this table. */

interface TraceSetting {
  readonly fallback: string;
  readonly meaning: string;
}

export const TRACE_SETTINGS = {
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    fallback: '',
    meaning:
      'URL of a collector that takes OTLP over HTTP, such as `http://collector:4318`; `/v1/traces` is put behind it. Unset, and without the next one, there are no traces.',
  },
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: {
    fallback: '',
    meaning: 'The same for traces alone: the whole URL, such as `http://tempo:4318/v1/traces`. It comes first.',
  },
  OTEL_EXPORTER_OTLP_PROTOCOL: {
    fallback: 'http/protobuf',
    meaning: '`http/protobuf` or `http/json`. With another one there is a line in the log, and protobuf.',
  },
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: { fallback: '', meaning: 'The same for traces alone.' },
  OTEL_EXPORTER_OTLP_HEADERS: {
    fallback: '',
    meaning: 'Headers of every request, as in `authorization=Bearer%20abc,tenant=a`. A credential belongs in a Secret.',
  },
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: { fallback: '', meaning: 'The same for traces alone.' },
  OTEL_EXPORTER_OTLP_TIMEOUT: {
    fallback: '10000',
    meaning: 'Time for one export with all its tries, in milliseconds.',
  },
  OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: { fallback: '', meaning: 'The same for traces alone.' },
  OTEL_EXPORTER_OTLP_COMPRESSION: { fallback: 'none', meaning: '`gzip` or `none`.' },
  OTEL_EXPORTER_OTLP_CERTIFICATE: { fallback: '', meaning: 'File with PEM certificates to trust.' },
  OTEL_SERVICE_NAME: {
    fallback: 'the name of the function',
    meaning: '`service.name`. Leave it unset: one trace is easier to read where each function has its own.',
  },
  OTEL_RESOURCE_ATTRIBUTES: {
    fallback: '',
    meaning: 'More of what stands on everything, as in `deployment.environment.name=prod,k8s.cluster.name=a`.',
  },
  OTEL_TRACES_SAMPLER: {
    fallback: 'parentbased_always_on',
    meaning:
      'Which traces are kept: `always_on`, `always_off`, `traceidratio`, or one of them with `parentbased_` before it, which keeps what the sender kept.',
  },
  OTEL_TRACES_SAMPLER_ARG: { fallback: '1', meaning: 'The share that the samplers with `traceidratio` keep, 0 to 1.' },
  OTEL_TRACES_EXPORTER: { fallback: 'otlp', meaning: 'With `none` there are no traces.' },
  OTEL_SDK_DISABLED: { fallback: 'false', meaning: 'With `true` there are no traces, whatever else is set.' },
  OTEL_BSP_SCHEDULE_DELAY: { fallback: '5000', meaning: 'How long spans wait for others, in milliseconds.' },
  OTEL_BSP_MAX_QUEUE_SIZE: { fallback: '2048', meaning: 'How many spans wait at most. The next ones are dropped.' },
} as const satisfies Record<string, TraceSetting>;

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the environment asks for traces. */
export function wantsTraces(env: Environment): boolean {
  const has = (name: keyof typeof TRACE_SETTINGS) => (env[name]?.trim() ?? '') !== '';
  if (env.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true') return false;
  if (env.OTEL_TRACES_EXPORTER?.trim() === 'none') return false;
  return has('OTEL_EXPORTER_OTLP_ENDPOINT') || has('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
}

/** How spans are written on the wire; `odd` is a setting that names no way that there is. */
export function protocolOf(env: Environment): { readonly json: boolean; readonly odd?: string } {
  const given = env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL?.trim() || env.OTEL_EXPORTER_OTLP_PROTOCOL?.trim() || '';
  const known = ['', 'http/protobuf', 'http/json'].includes(given);
  return known ? { json: given === 'http/json' } : { json: false, odd: given };
}
