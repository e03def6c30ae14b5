import './app.css';
import { render } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { ChartsView } from './charts.tsx';
import { DecisionView } from './decision.tsx';
import { DecisionsView } from './decisions.tsx';
import { FlowView } from './flow.tsx';
import { connect, useLinkState } from './live.ts';
import { go, Link, usePlace } from './location.tsx';
import { get, Refused } from './request.ts';
import { TokenForm } from './token-form.tsx';

const VIEWS = [
  { path: '', title: 'Flow', key: '1' },
  { path: 'decisions', title: 'Decisions', key: '2' },
  { path: 'charts', title: 'Charts', key: '3' },
] as const;
const LINK_WORDS = { connecting: 'connecting', live: 'live', away: 'not connected' } as const;

function App() {
  const [entry, setEntry] = useState<'asking' | 'open' | 'token'>('asking');
  const enter = useCallback(async () => {
    try {
      await get('decisions', new URLSearchParams({ limit: '0' }));
      setEntry('open');
      connect();
    } catch (error) {
      setEntry(error instanceof Refused && error.status === 401 ? 'token' : 'open');
    }
  }, []);
  useEffect(() => void enter(), [enter]);
  useEffect(listenToKeys, []);
  if (entry === 'asking') return null;
  if (entry === 'token') return <TokenForm onEntered={enter} />;
  return <Frame />;
}

function Frame() {
  const { path } = usePlace();
  const [first = ''] = path.split('/');
  const link = useLinkState();
  return (
    <>
      <header class="top">
        <a class="skip" href="#content">
          Skip to content
        </a>
        <span class="brand">agent-sre</span>
        <nav aria-label="Views">
          {VIEWS.map((view) => (
            <Link key={view.path} to={view.path} current={first === view.path}>
              {view.title}
            </Link>
          ))}
        </nav>
        <span class={`link ${link}`} role="status">
          {LINK_WORDS[link]}
        </span>
      </header>
      <main id="content" tabIndex={-1}>
        <View path={path} />
      </main>
      <footer>
        <kbd>1</kbd> <kbd>2</kbd> <kbd>3</kbd> views · <kbd>/</kbd> search · <kbd>↑</kbd> <kbd>↓</kbd> <kbd>Enter</kbd>{' '}
        in the list · <kbd>Esc</kbd> back
      </footer>
    </>
  );
}

function View({ path }: { readonly path: string }) {
  const [view, episode] = path.split('/');
  if (view === 'charts') return <ChartsView />;
  if (view !== 'decisions') return <FlowView />;
  return episode === undefined || episode === '' ? (
    <DecisionsView />
  ) : (
    <DecisionView episode={decodeURIComponent(episode)} />
  );
}

function listenToKeys() {
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isTyping = event.target instanceof HTMLElement && event.target.matches('input, select, textarea');
    if (event.key === 'Escape') {
      if (isTyping) (event.target as HTMLElement).blur();
      else if (/decisions\/./.test(location.pathname)) history.back();
      return;
    }
    if (isTyping) return;
    const view = VIEWS.find(({ key }) => key === event.key);
    if (view !== undefined) go(view.path);
    if (event.key !== '/') return;
    event.preventDefault();
    const search = document.querySelector<HTMLInputElement>('input[type=search]');
    if (search !== null) search.focus();
    else go('decisions');
  };
  addEventListener('keydown', press);
  return () => removeEventListener('keydown', press);
}

const root = document.querySelector('#app');
if (root !== null) render(<App />, root);
