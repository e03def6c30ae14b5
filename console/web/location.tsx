/** The page's URL: which view, and what it is narrowed by. A URL can be given to another person. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

const ROOT = '/console/';
const MOVED = 'console:moved';

/** Where the page is; renders again when that changes. */
export function usePlace(): Place {
  const [place, setPlace] = useState(currentPlace);
  useEffect(() => {
    const update = () => setPlace(currentPlace());
    addEventListener('popstate', update);
    addEventListener(MOVED, update);
    return () => {
      removeEventListener('popstate', update);
      removeEventListener(MOVED, update);
    };
  }, []);
  return place;
}

/** Goes to a path below the console's root. */
export function go(path: string, query = new URLSearchParams(), { replace = false } = {}): void {
  const url = hrefOf(path, query);
  if (replace) history.replaceState(null, '', url);
  else history.pushState(null, '', url);
  dispatchEvent(new Event(MOVED));
}

function hrefOf(path: string, query = new URLSearchParams()): string {
  const text = query.toString();
  return `${ROOT}${path}${text === '' ? '' : `?${text}`}`;
}

/** The path of an episode. */
export function episodePath(episode: string): string {
  return `decisions/${encodeURIComponent(episode)}`;
}

interface LinkProps {
  readonly to: string;
  readonly query?: URLSearchParams | undefined;
  readonly class?: string;
  readonly current?: boolean;
  readonly children: ComponentChildren;
}

/** A link within the console; a click with a modifier is the browser's. */
export function Link({ to, query, current, children, ...rest }: LinkProps) {
  const click = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(to, query);
  };
  return (
    <a href={hrefOf(to, query)} onClick={click} aria-current={current ? 'page' : undefined} {...rest}>
      {children}
    </a>
  );
}

function currentPlace(): Place {
  return { path: location.pathname.slice(ROOT.length), query: new URLSearchParams(location.search) };
}
