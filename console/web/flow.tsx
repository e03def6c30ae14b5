/** The way of an alert through the tiers, with the last day's figures, and each alert as it moves. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Charts } from '../api/charts.ts';
import type { DecisionsPage } from '../api/decisions.ts';
import type { Row } from '../api/row.ts';
import { useLive } from './live.ts';
import { episodePath, Link } from './location.tsx';
import { move } from './move.ts';
import { Notice, Outcome } from './outcome.tsx';
import { get } from './request.ts';
import { dayTime, milliseconds, percent, TIERS } from './words.ts';

const SINCE = '24h';
const FEED = 12;
const PAUSE_MS = 500;

export function FlowView() {
  const picture = useRef<HTMLDivElement>(null);
  const { charts, feed, error } = useFlow((row) => picture.current !== null && move(picture.current, row));
  if (error !== undefined) return <Notice error={error} />;
  if (charts === undefined) return <Notice />;
  const counts = new Map(
    charts.byOutcome.map(({ name, values }) => [name, values.reduce((sum, value) => sum + value, 0)]),
  );
  const total = [...counts.values()].reduce((sum, value) => sum + value, 0);
  return (
    <div class="flow-view">
      <section aria-labelledby="flow">
        <h1 id="flow">
          The last 24 hours <span class="faint">{total.toLocaleString()} decisions</span>
        </h1>
        <div class="flow" ref={picture}>
          <div class="stage start" data-stage="start">
            <b>Alertmanager</b>
            <span class="figure">{total.toLocaleString()}</span>
            <span class="faint">alerts</span>
          </div>
          {TIERS.map((tier) => (
            <TierBox key={tier.method} tier={tier} charts={charts} />
          ))}
          <Link to="decisions" query={new URLSearchParams({ outcome: 'no action', since: SINCE })} class="stage end">
            <b data-stage="nobody">people</b>
            <span class="figure">{(counts.get('no action') ?? 0).toLocaleString()}</span>
            <span class="faint">recorded as no action</span>
          </Link>
          <Emitted counts={counts} />
        </div>
      </section>
      <Feed rows={feed} />
    </div>
  );
}

/** The figures and the latest rows, read again soon after something was recorded, which `onChange` is told at once. */
function useFlow(onChange: (row: Row) => void) {
  const [charts, setCharts] = useState<Charts>();
  const [feed, setFeed] = useState<readonly Row[]>([]);
  const [error, setError] = useState<string>();
  const waiting = useRef<number | undefined>(undefined);
  const load = useCallback(async () => {
    waiting.current = undefined;
    try {
      const [latest, figures] = await Promise.all([
        get<DecisionsPage>('decisions', new URLSearchParams({ limit: String(FEED) })),
        get<Charts>('charts', new URLSearchParams({ since: SINCE })),
      ]);
      setFeed(latest.rows);
      setCharts(figures);
      setError(undefined);
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : 'the console does not answer');
    }
  }, []);
  useEffect(() => {
    void load();
    return () => clearTimeout(waiting.current);
  }, [load]);
  useLive((live) => {
    waiting.current ??= window.setTimeout(load, PAUSE_MS);
    if (live.kind === 'change') onChange(live.row);
  });
  return { charts, feed, error };
}

function Emitted({ counts }: { readonly counts: ReadonlyMap<string, number> }) {
  const outcomes = [...counts].filter(([name]) => name !== 'no action');
  return (
    <div class="stage emit">
      <b data-stage="emit">emit-trigger</b>
      <span class="faint">checks every selection again</span>
      <ul>
        {counts.size === 0 && <li class="faint">nothing yet</li>}
        {outcomes.map(([name, count]) => (
          <li key={name}>
            <Link to="decisions" query={new URLSearchParams({ outcome: name, since: SINCE })}>
              <Outcome outcome={name} /> <span class="figure">{count.toLocaleString()}</span>
            </Link>
          </li>
        ))}
      </ul>
      <b data-stage="lambda">your Lambda</b>
    </div>
  );
}

function Feed({ rows }: { readonly rows: readonly Row[] }) {
  return (
    <section aria-labelledby="latest">
      <h2 id="latest">Latest</h2>
      {rows.length === 0 && <p class="faint">Nothing is recorded yet. Send an alert, and watch it here.</p>}
      <ul class="feed" aria-live="polite">
        {rows.map(({ episode, firstAt, alertname, target, outcome, lambda_function, method }) => (
          <li key={episode}>
            <Link to={episodePath(episode)}>
              <time dateTime={firstAt}>{dayTime(firstAt)}</time> <strong>{alertname}</strong> <span>{target}</span>
            </Link>
            <p>
              <Outcome outcome={outcome} /> {lambda_function} <span class="faint">by {method ?? 'nobody'}</span>
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface TierProps {
  readonly tier: (typeof TIERS)[number];
  readonly charts: Charts;
}

function TierBox({ tier: { method, stage, title }, charts }: TierProps) {
  const covered = charts.coverage.find(({ tier }) => tier === method);
  const latency = charts.latency.find(({ tier }) => tier === method);
  const decided = covered === undefined ? 0 : covered.selected + covered.none;
  return (
    <Link to="decisions" query={new URLSearchParams({ tier: method, since: SINCE })} class="stage">
      <b data-stage={method}>{stage}</b>
      <span class="figure">{decided.toLocaleString()}</span>
      <span class="faint">
        {covered === undefined
          ? title
          : `decided of ${covered.asked.toLocaleString()} (${percent(decided / covered.asked)})${latency ? `, ${milliseconds(latency.p50)}` : ''}`}
      </span>
    </Link>
  );
}
