/** One decision in full. */
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Decision, ShownAlert, Step } from '../api/decision.ts';
import type { Row } from '../api/row.ts';
import { Answer } from './answer.tsx';
import { useLive } from './live.ts';
import { episodePath, Link } from './location.tsx';
import { Notice, Outcome } from './outcome.tsx';
import { get } from './request.ts';
import { RunbookSection } from './runbook.tsx';
import { Votes } from './votes.tsx';
import { dateTime, plain, shortTime } from './words.ts';

const READINGS = {
  read: 'these decide',
  unnamed: 'no meaning in the policy: no model sees it',
  foreign: "the scraper's or the exporter's: no tier sees it",
} as const;

export function DecisionView({ episode }: { readonly episode: string }) {
  const [decision, setDecision] = useState<Decision>();
  const [error, setError] = useState<string>();
  const load = useCallback(async () => {
    try {
      setDecision(await get<Decision>(episodePath(episode)));
      setError(undefined);
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : 'the console does not answer');
    }
  }, [episode]);
  useEffect(() => void load(), [load]);
  useLive((live) => {
    if (live.kind === 'reset' || live.row.episode === episode) void load();
  });
  if (error !== undefined) return <Notice error={error} />;
  if (decision === undefined) return <Notice />;
  const { row, alert, votes, runbook, steps, question, others } = decision;
  return (
    <article class="decision">
      <p class="back">
        <Link to="decisions">← Decisions</Link>
      </p>
      <header>
        <h1>{row.alertname ?? 'an alert that cannot be read'}</h1>
        <p class="subject">
          {row.target} <Outcome outcome={row.outcome} />
        </p>
        <p class="said">{row.text}</p>
      </header>
      {question !== undefined && <Answer key={question.id} episode={episode} question={question} />}
      <div class="columns">
        <div>
          <section aria-labelledby="votes">
            <h2 id="votes">Who was asked</h2>
            <Votes votes={votes} />
          </section>
          {runbook !== undefined && <RunbookSection answer={runbook} />}
          <section aria-labelledby="steps">
            <h2 id="steps">What happened</h2>
            <ol class="steps">
              {steps.map((step) => (
                <StepItem key={step.id} step={step} />
              ))}
            </ol>
          </section>
        </div>
        <div>
          <section aria-labelledby="alert">
            <h2 id="alert">The alert</h2>
            {alert === undefined ? <p class="faint">The record holds no alert.</p> : <Alert alert={alert} />}
          </section>
          <section aria-labelledby="others">
            <h2 id="others">The same target at other times</h2>
            <Others rows={others} />
          </section>
        </div>
      </div>
      <p class="faint">
        Episode <code>{row.episode}</code>
      </p>
    </article>
  );
}

function Alert({ alert }: { readonly alert: ShownAlert }) {
  return (
    <>
      <dl class="facts">
        {alert.annotations.map(([name, value]) => (
          <Fact key={name} name={name} value={value} />
        ))}
        <Fact name="status" value={alert.status} />
        {alert.startsAt !== undefined && <Fact name="since" value={dateTime(alert.startsAt)} />}
      </dl>
      {(['read', 'unnamed', 'foreign'] as const).map((reading) => {
        const labels = alert.labels.filter((label) => label.reading === reading);
        return (
          labels.length > 0 && (
            <div key={reading} class={`labels ${reading}`}>
              <h3>
                {reading === 'read' ? 'Labels read' : 'Labels not read'} <span>{READINGS[reading]}</span>
              </h3>
              <ul>
                {labels.map(({ name, value }) => (
                  <li key={name}>
                    <code>
                      <b>{name}</b>={value}
                    </code>
                  </li>
                ))}
              </ul>
            </div>
          )
        );
      })}
    </>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

function StepItem({ step: { time, outcome, text, report } }: { readonly step: Step }) {
  return (
    <li>
      <p>
        <time dateTime={time}>{dateTime(time)}</time> <Outcome outcome={outcome} />
      </p>
      <p>{text}</p>
      {report.length > 0 && (
        <dl class="facts report">
          {report.map(([name, value]) => (
            <Fact key={name} name={plain(name)} value={value} />
          ))}
        </dl>
      )}
    </li>
  );
}

function Others({ rows }: { readonly rows: readonly Row[] }) {
  if (rows.length === 0) return <p class="faint">Nothing else is recorded of it.</p>;
  return (
    <ul class="others">
      {rows.map(({ episode, firstAt, alertname, outcome, lambda_function }) => (
        <li key={episode}>
          <Link to={episodePath(episode)}>
            <time dateTime={firstAt}>{shortTime(firstAt)}</time> {alertname}
          </Link>{' '}
          <Outcome outcome={outcome} /> {lambda_function}
        </li>
      ))}
    </ul>
  );
}
