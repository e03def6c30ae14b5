/** The list of decisions, narrowed by what stands in the URL. */
import { memo } from 'preact/compat';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { DecisionsPage } from '../api/decisions.ts';
import { FILTER_NAMES, filterOf, readFilters } from '../api/filters.ts';
import type { Row } from '../api/row.ts';
import { FilterBar } from './filter-bar.tsx';
import { useLive } from './live.ts';
import { episodePath, Link, usePlace } from './location.tsx';
import { Notice, Outcome } from './outcome.tsx';
import { get } from './request.ts';
import { VirtualList } from './virtual-list.tsx';
import { dateTime, percent, shortTime } from './words.ts';

/** Rows that are asked for at a time. */
const CHUNK = 200;
const NARROW = '(max-width: 720px)';

export function DecisionsView() {
  const { query } = usePlace();
  const asked = filtersOf(query).toString();
  const { total, rowAt, choices, error, seen, newer, reload } = useRows(asked);
  const [rowHeight, setRowHeight] = useState(() => heightOf());
  useEffect(() => {
    const media = matchMedia(NARROW);
    const update = () => setRowHeight(heightOf());
    media.addEventListener('change', update);
    return () => media.removeEventListener('change', update);
  }, []);
  return (
    <section class="decisions" aria-label="Decisions">
      <h1 class="unseen">Decisions</h1>
      <FilterBar query={query} choices={choices} />
      <p class="count" role="status">
        {total === undefined
          ? 'Reading the record …'
          : `${total.toLocaleString()} ${total === 1 ? 'decision' : 'decisions'}`}
        {newer > 0 && (
          <button type="button" onClick={reload}>
            show {newer} new
          </button>
        )}
      </p>
      {error !== undefined && <Notice error={error} />}
      {total === 0 && <Notice>No decision of these is recorded.</Notice>}
      {total !== undefined && total > 0 && (
        <VirtualList
          label="Decisions, the newest first"
          total={total}
          rowHeight={rowHeight}
          row={(index) => <RowLink row={rowAt(index)} />}
          onSeen={seen}
        />
      )}
    </section>
  );
}

// Drawn once: a scroll only moves it, and formatting its time is most of the work.
const RowLink = memo(({ row }: { readonly row: Row | undefined }) => {
  if (row === undefined) return <span class="row blank">…</span>;
  const { episode, firstAt, alertname = 'an alert that cannot be read', target, outcome, method, confidence } = row;
  return (
    <Link to={episodePath(episode)} class="row">
      <time dateTime={firstAt} title={dateTime(firstAt)}>
        {shortTime(firstAt)}
      </time>
      <strong class="alert">{alertname}</strong>
      <span class="target">{target ?? ''}</span>
      <Outcome outcome={outcome} />
      <span class="call">{row.lambda_function ?? row.reason ?? ''}</span>
      <span class="by">
        {method ?? 'nobody'} {confidence !== undefined && percent(confidence)}
      </span>
    </Link>
  );
});

/** The rows of a list that is read piece by piece, as it is scrolled. */
function useRows(asked: string) {
  const [page, setPage] = useState<DecisionsPage>();
  const [error, setError] = useState<string>();
  const [newer, setNewer] = useState(0);
  const [version, setVersion] = useState(0);
  const [, redraw] = useState(0);
  const list = useMemo(
    () => ({ until: new Date().toISOString(), rows: new Map<number, Row>(), wanted: new Set<number>() }),
    [asked, version],
  );
  const current = useRef(list);
  current.current = list;

  const fetchChunk = useCallback(
    async (chunk: number) => {
      if (list.wanted.has(chunk)) return;
      list.wanted.add(chunk);
      const range = { until: list.until, offset: String(chunk * CHUNK), limit: String(CHUNK) };
      try {
        const found = await get<DecisionsPage>(
          'decisions',
          new URLSearchParams([...new URLSearchParams(asked), ...Object.entries(range)]),
        );
        if (current.current !== list) return;
        for (const [index, row] of found.rows.entries()) list.rows.set(found.offset + index, row);
        setPage(found);
        setError(undefined);
        redraw((count) => count + 1);
      } catch (failure) {
        list.wanted.delete(chunk);
        setError(failure instanceof Error ? failure.message : 'the console does not answer');
      }
    },
    [list, asked],
  );
  useEffect(() => {
    setNewer(0);
    void fetchChunk(0);
  }, [fetchChunk]);
  const passes = useMemo(() => filterOf(readFilters(new URLSearchParams(asked)), new Date()), [asked]);
  const reload = useCallback(() => setVersion((count) => count + 1), []);
  useLive((live) => {
    if (live.kind === 'reset') return reload();
    const known = [...list.rows].find(([, row]) => row.episode === live.row.episode);
    if (known !== undefined) {
      list.rows.set(known[0], live.row);
      redraw((count) => count + 1);
    } else if (live.row.firstAt > list.until && passes(live.row)) setNewer((count) => count + 1);
  });
  const seen = useCallback(
    (from: number, to: number) => {
      for (let chunk = Math.floor(from / CHUNK); chunk <= Math.floor(Math.max(from, to - 1) / CHUNK); chunk++)
        void fetchChunk(chunk);
    },
    [fetchChunk],
  );
  return {
    ...{ total: page?.total, choices: page?.choices, error, newer, reload, seen },
    rowAt: (index: number) => list.rows.get(index),
  };
}

function filtersOf(query: URLSearchParams): URLSearchParams {
  return new URLSearchParams(FILTER_NAMES.flatMap((name) => (query.get(name) ? [[name, query.get(name) ?? '']] : [])));
}

function heightOf(): number {
  return matchMedia(NARROW).matches ? 72 : 40;
}
