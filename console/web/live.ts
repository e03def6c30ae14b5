/** The changes of the record as they come. The browser comes back by itself after a restart, and says what it knows. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Row } from '../api/row.ts';

export type LinkState = 'connecting' | 'live' | 'away';

/** `reset`: so much was missed that what is shown must be asked for again. */
export type Live = { readonly kind: 'change'; readonly row: Row } | { readonly kind: 'reset' };

const RETRY_MS = 2_000;
const listeners = new Set<(live: Live) => void>();
const watchers = new Set<(state: LinkState) => void>();
let state: LinkState = 'connecting';
let lastId = '';

/** Begins to listen; once for the page. */
export function connect(): void {
  const source = new EventSource(`/console/api/stream?after=${lastId}`);
  source.onopen = () => tell('live');
  source.onerror = () => {
    tell('away');
    if (source.readyState !== EventSource.CLOSED) return; // it tries again by itself
    setTimeout(connect, RETRY_MS);
  };
  const know = ({ lastEventId }: MessageEvent) => {
    lastId = encodeURIComponent(lastEventId);
  };
  source.addEventListener('ready', know);
  source.addEventListener('reset', (event) => {
    know(event);
    for (const listener of listeners) listener({ kind: 'reset' });
  });
  source.addEventListener('change', (event) => {
    know(event);
    const { row } = JSON.parse(event.data) as { row: Row };
    for (const listener of listeners) listener({ kind: 'change', row });
  });
}

/** Calls back for each change while the component is shown. */
export function useLive(listener: (live: Live) => void): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const call = (live: Live) => latest.current(live);
    listeners.add(call);
    return () => void listeners.delete(call);
  }, []);
}

/** Whether the page is told of changes. */
export function useLinkState(): LinkState {
  const [shown, show] = useState(state);
  useEffect(() => {
    watchers.add(show);
    show(state); // it may have changed since this was drawn
    return () => void watchers.delete(show);
  }, []);
  return shown;
}

function tell(next: LinkState): void {
  state = next;
  for (const watcher of watchers) watcher(next);
}
