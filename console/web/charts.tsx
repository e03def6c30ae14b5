/** What was decided over time, how sure it was, and how long it took. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Charts } from '../api/charts.ts';
import { go, Link, usePlace } from './location.tsx';
import { Notice } from './outcome.tsx';
import { Reliability, Stacked } from './plots.tsx';
import { get } from './request.ts';
import { milliseconds, percent } from './words.ts';

const AGES = ['1h', '8h', '24h', '7d', '30d'];

export function ChartsView() {
  const { query } = usePlace();
  const since = query.get('since') ?? '7d';
  const [charts, setCharts] = useState<Charts>();
  const [error, setError] = useState<string>();
  useEffect(() => {
    get<Charts>('charts', new URLSearchParams({ since }))
      .then((found) => {
        setCharts(found);
        setError(undefined);
      })
      .catch((failure: unknown) =>
        setError(failure instanceof Error ? failure.message : 'the console does not answer'),
      );
  }, [since]);
  if (error !== undefined) return <Notice error={error} />;
  if (charts === undefined) return <Notice />;
  const { coverage, latency, noisiest } = charts;
  const slowest = Math.max(...latency.map(({ p99 }) => p99), 1);
  const loudest = Math.max(...noisiest.map(({ records }) => records), 1);
  return (
    <div class="charts">
      <h1 class="unseen">Charts</h1>
      <p class="ages">
        <label>
          The last{' '}
          <select
            value={since}
            onChange={(event) => go('charts', new URLSearchParams({ since: event.currentTarget.value }))}
          >
            {AGES.map((age) => (
              <option key={age}>{age}</option>
            ))}
          </select>
        </label>
      </p>
      <Figure title="Decisions by outcome">
        <Stacked charts={charts} series={charts.byOutcome} />
      </Figure>
      <Figure title="Decisions by tier">
        <Stacked charts={charts} series={charts.byTier} />
      </Figure>
      <Figure title="Confidence against outcome">
        <Reliability bins={charts.reliability} />
      </Figure>
      <Figure title="Time for one alert" isEmpty={latency.length === 0}>
        <table>
          <thead>
            <tr>
              <th>tier</th>
              <th>p50</th>
              <th>p90</th>
              <th>p99</th>
              <td class="wide" />
            </tr>
          </thead>
          <tbody>
            {latency.map(({ tier, p50, p90, p99 }) => (
              <tr key={tier}>
                <th>{tier}</th>
                <td>{milliseconds(p50)}</td>
                <td>{milliseconds(p90)}</td>
                <td>{milliseconds(p99)}</td>
                <td class="wide">
                  <Bar share={p99 / slowest} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Figure>
      <Figure
        title="Coverage: what each tier made of the alerts that it was asked about"
        isEmpty={coverage.length === 0}
      >
        <table>
          <thead>
            <tr>
              <th>tier</th>
              <th>asked</th>
              <th>a call</th>
              <th>no action</th>
              <th>handed on</th>
              <td class="wide" />
            </tr>
          </thead>
          <tbody>
            {coverage.map(({ tier, asked, selected, none, abstained }) => (
              <tr key={tier}>
                <th>{tier}</th>
                <td>{asked.toLocaleString()}</td>
                <td>{percent(selected / asked)}</td>
                <td>{percent(none / asked)}</td>
                <td>{percent(abstained / asked)}</td>
                <td class="wide">
                  <Bar share={(selected + none) / asked} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Figure>
      <Figure title="The noisiest alerts" isEmpty={noisiest.length === 0}>
        <table class="noisiest">
          <thead>
            <tr>
              <th>alert</th>
              <th>records</th>
              <th>episodes</th>
              <th>called</th>
              <td class="wide" />
            </tr>
          </thead>
          <tbody>
            {noisiest.map(({ alertname, records, episodes, called }) => (
              <tr key={alertname}>
                <th>
                  <Link to="decisions" query={new URLSearchParams({ text: alertname, since })}>
                    {alertname}
                  </Link>
                </th>
                <td>{records.toLocaleString()}</td>
                <td>{episodes.toLocaleString()}</td>
                <td>{called.toLocaleString()}</td>
                <td class="wide">
                  <Bar share={records / loudest} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Figure>
    </div>
  );
}

interface FigureProps {
  readonly title: string;
  readonly isEmpty?: boolean;
  readonly children: ComponentChildren;
}

function Figure({ title, isEmpty = false, children }: FigureProps) {
  return (
    <figure>
      <figcaption>
        <h2>{title}</h2>
      </figcaption>
      {isEmpty ? <p class="faint">Nothing is recorded of this time.</p> : children}
    </figure>
  );
}

function Bar({ share }: { readonly share: number }) {
  return (
    <div class="bar" aria-hidden="true">
      <div style={{ width: `${100 * share}%` }} />
    </div>
  );
}
