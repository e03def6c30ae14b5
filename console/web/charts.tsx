/** What was decided over time, how sure it was, and how long it took. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Charts } from '../api/charts.ts';
import { go, Link, usePlace } from './location.tsx';
import { Notice } from './outcome.tsx';
import { Reliability, Stacked } from './plots.tsx';
import { get } from './request.ts';
import { evidenceText, milliseconds, percent } from './words.ts';

const AGES = ['1h', '8h', '24h', '7d', '30d'];

export function ChartsView() {
  const { query } = usePlace();
  const since = query.get('since') ?? '7d';
  const { charts, error } = useCharts(since);
  if (error !== undefined) return <Notice error={error} />;
  if (charts === undefined) return <Notice />;
  return (
    <div class="charts">
      <h1 class="unseen">Charts</h1>
      <SincePicker since={since} />
      <Figure title="Decisions by outcome">
        <Stacked charts={charts} series={charts.byOutcome} />
      </Figure>
      <Figure title="Decisions by tier">
        <Stacked charts={charts} series={charts.byTier} />
      </Figure>
      <Figure title="Confidence against outcome">
        <Reliability bins={charts.reliability.bins} />
        <p class="faint">{evidenceText(charts.reliability)}</p>
      </Figure>
      <Latency latency={charts.latency} />
      <Coverage coverage={charts.coverage} />
      <Noisiest noisiest={charts.noisiest} since={since} />
    </div>
  );
}

function useCharts(since: string): { charts: Charts | undefined; error: string | undefined } {
  const [charts, setCharts] = useState<Charts>();
  const [error, setError] = useState<string>();
  useEffect(() => {
    let isWanted = true; // an answer to what was asked before comes too late
    get<Charts>('charts', new URLSearchParams({ since }))
      .then((found) => {
        if (!isWanted) return;
        setCharts(found);
        setError(undefined);
      })
      .catch((failure: unknown) => {
        if (isWanted) setError(failure instanceof Error ? failure.message : 'the console does not answer');
      });
    return () => {
      isWanted = false;
    };
  }, [since]);
  return { charts, error };
}

function SincePicker({ since }: { readonly since: string }) {
  return (
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
  );
}

function Latency({ latency }: Pick<Charts, 'latency'>) {
  const slowest = Math.max(...latency.map(({ p99 }) => p99), 1);
  const rows = latency.map(({ tier, p50, p90, p99 }) => ({
    key: tier,
    name: tier,
    figures: [milliseconds(p50), milliseconds(p90), milliseconds(p99)],
    share: p99 / slowest,
  }));
  return <BarTable title="Time for one alert" head={['tier', 'p50', 'p90', 'p99']} rows={rows} />;
}

function Coverage({ coverage }: Pick<Charts, 'coverage'>) {
  const rows = coverage.map(({ tier, asked, selected, none, abstained }) => ({
    key: tier,
    name: tier,
    figures: [asked.toLocaleString(), percent(selected / asked), percent(none / asked), percent(abstained / asked)],
    share: (selected + none) / asked,
  }));
  return (
    <BarTable
      title="Coverage: what each tier made of the alerts that it was asked about"
      head={['tier', 'asked', 'a call', 'no action', 'handed on']}
      rows={rows}
    />
  );
}

function Noisiest({ noisiest, since }: Pick<Charts, 'noisiest'> & { readonly since: string }) {
  const loudest = Math.max(...noisiest.map(({ records }) => records), 1);
  const rows = noisiest.map(({ alertname, records, episodes, called }) => ({
    key: alertname,
    name: (
      <Link to="decisions" query={new URLSearchParams({ text: alertname, since })}>
        {alertname}
      </Link>
    ),
    figures: [records, episodes, called].map((count) => count.toLocaleString()),
    share: records / loudest,
  }));
  return (
    <BarTable
      title="The noisiest alerts"
      name="noisiest"
      head={['alert', 'records', 'episodes', 'called']}
      rows={rows}
    />
  );
}

interface BarRow {
  readonly key: string;
  readonly name: ComponentChildren;
  readonly figures: readonly string[];
  /** Length of the bar, 0 to 1. */
  readonly share: number;
}

interface BarTableProps {
  readonly title: string;
  readonly name?: string;
  readonly head: readonly string[];
  readonly rows: readonly BarRow[];
}

/** A row's figures, and a bar for the one that they are ordered by. */
function BarTable({ title, name, head, rows }: BarTableProps) {
  return (
    <Figure title={title} isEmpty={rows.length === 0}>
      <table class={name}>
        <thead>
          <tr>
            {head.map((column) => (
              <th key={column}>{column}</th>
            ))}
            <td class="wide" />
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, name: first, figures, share }) => (
            <tr key={key}>
              <th>{first}</th>
              {figures.map((figure, column) => (
                <td key={head[column + 1]}>{figure}</td>
              ))}
              <td class="wide">
                <Bar share={share} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Figure>
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
