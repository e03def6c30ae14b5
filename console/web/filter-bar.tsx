import { useEffect, useState } from 'preact/hooks';
import type { Choices } from '../api/decisions.ts';
import { FILTER_NAMES } from '../api/filters.ts';
import { go, type Place } from './location.tsx';

const AGES = ['15m', '1h', '8h', '24h', '7d', '30d'];
const PAUSE_MS = 200;

interface Props {
  readonly query: Place['query'];
  readonly choices: Choices | undefined;
}

/** What the list is narrowed by; each choice is written into the URL. */
export function FilterBar({ query, choices }: Props) {
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(query);
    if (value === '') next.delete(name);
    else next.set(name, value);
    go('decisions', next, { replace: name === 'text' });
  };
  const fields = [
    ['outcome', 'Outcome', choices?.outcomes],
    ['function', 'Function', choices?.functions],
    ['tier', 'Tier', choices?.tiers],
    ['namespace', 'Namespace', choices?.namespaces],
    ['since', 'Since', AGES],
  ] as const;
  return (
    <search>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <SearchField value={query.get('text') ?? ''} onChange={(value) => set('text', value)} />
        {fields.map(([name, title, values = []]) => (
          <label key={name}>
            <span>{title}</span>
            <select value={query.get(name) ?? ''} onChange={(event) => set(name, event.currentTarget.value)}>
              <option value="">any</option>
              {withChosen(values, query.get(name)).map((value) => (
                <option key={value}>{value}</option>
              ))}
            </select>
          </label>
        ))}
        {FILTER_NAMES.some((name) => query.has(name)) && (
          <button type="button" onClick={() => go('decisions')}>
            Clear
          </button>
        )}
      </form>
    </search>
  );
}

function SearchField({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <label class="search">
      <span>Search</span>
      <input
        type="search"
        placeholder="alert, target, reason, episode …"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </label>
  );
}

// A URL may ask for what is not recorded yet.
function withChosen(values: readonly string[], chosen: string | null): readonly string[] {
  return chosen === null || chosen === '' || values.includes(chosen) ? values : [chosen, ...values];
}
