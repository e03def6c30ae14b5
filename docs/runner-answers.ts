/** What the port of `npm start` answers itself; test/contract/answers.test.ts asks for each, and looks for others in the sources. */
export interface RunnerAnswer {
  readonly request: 'POST /' | 'POST /<namespace>/<broker>' | 'any path' | 'any other method';
  readonly status: number;
  /** The body; `<…>` stands for what varies. */
  readonly body: string;
  readonly meaning: string;
  readonly fix: string;
}

const WEBHOOK = 'POST /';
const BROKER = 'POST /<namespace>/<broker>';
const AGAIN = 'Nothing; Alertmanager sends it again.';

export const RUNNER_ANSWERS: readonly RunnerAnswer[] = [
  {
    request: BROKER,
    status: 202,
    body: '',
    meaning: 'The Broker has the event on disk, and delivers it as the Triggers say.',
    fix: '',
  },
  {
    request: BROKER,
    status: 400,
    body: 'the request carries no CloudEvent (no ce-specversion header)',
    meaning: 'A Broker takes events only.',
    fix: "Send ce-* headers or application/cloudevents+json; Alertmanager's webhook belongs to /.",
  },
  {
    request: BROKER,
    status: 400,
    body: 'the event lacks <attributes>',
    meaning:
      'The event cannot be passed on. Other faults have lines of their own: JSON, batch, attribute, specversion, time.',
    fix: 'Fix what the line names.',
  },
  {
    request: BROKER,
    status: 400,
    body: 'the chain of replies is too long (knativebrokerttl is used up)',
    meaning: 'The event has caused 255 replies in a row.',
    fix: 'Look for a Trigger that feeds a function its own answer.',
  },
  {
    request: BROKER,
    status: 404,
    body: 'there is no broker <namespace>/<broker>',
    meaning: 'No file in triggers/ declares this Broker.',
    fix: 'Use the address that npm start prints.',
  },
  {
    request: BROKER,
    status: 413,
    body: 'an event may have <number> bytes',
    meaning: 'The body is larger than the Broker takes.',
    fix: 'Send a smaller event.',
  },
  {
    request: BROKER,
    status: 415,
    body: 'the body is not in a content coding that is accepted',
    meaning: 'The content-encoding is not one that the Broker decodes, or the body is not in it.',
    fix: 'Send the body in gzip, deflate or br, or as it is.',
  },
  {
    request: 'any other method',
    status: 405,
    body: 'send events with POST',
    meaning: 'A Broker path was called with another method than POST or OPTIONS.',
    fix: 'Use POST.',
  },
  {
    request: WEBHOOK,
    status: 502,
    body: 'alert-router could not be reached; send it again',
    meaning: 'alert-router ended in the middle of the request.',
    fix: `${AGAIN} Its log says why it ended.`,
  },
  {
    request: WEBHOOK,
    status: 503,
    body: 'agent-sre is being stopped',
    meaning: 'npm start was told to end.',
    fix: AGAIN,
  },
  {
    request: WEBHOOK,
    status: 504,
    body: 'alert-router gave no answer in time',
    meaning: 'alert-router took longer than two minutes.',
    fix: `${AGAIN} Its log says what it waits for.`,
  },
  {
    request: 'any path',
    status: 503,
    body: 'try again later',
    meaning: 'alert-router cannot start, the data folder cannot be written, or npm start has a defect.',
    fix: 'Read the line on the terminal of npm start.',
  },
];
