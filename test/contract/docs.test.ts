import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generatePages } from '../../docs/generate.ts';
import { ATTRIBUTES } from '../../docs/traces-page.ts';
import { episodeOf } from '../../shared/alert/alert.ts';
import { ERRORS } from '../../shared/error-codes.ts';
import { exampleAlert } from '../../shared/events/example.ts';
import { EVENTS, lambdaTrigger } from '../../shared/events/index.ts';
import { SETTINGS } from '../../shared/settings.ts';
import { ROOT, readSources } from './sources.ts';

const pages = generatePages();
const sources = readSources('shared', 'functions', 'lambdas', 'broker', 'processes', 'eventing', 'cli', 'console');

function usedOutside(table: string, word: string): boolean {
  return sources.some(({ path, text }) => path !== table && new RegExp(`\\b${word}\\b`).test(text));
}

describe('the generated pages', () => {
  it.each(Object.keys(pages))('%s is what npm run docs makes', (name) => {
    expect(readFileSync(join(ROOT, 'docs', name), 'utf8')).toBe(pages[name]);
  });

  it('leave no cell of a meaning empty', () => {
    for (const text of Object.values(pages)) expect(text).not.toMatch(/\|\s+\|$/m);
  });

  it('link only to places that are there', () => {
    for (const [name, text] of Object.entries(pages)) {
      const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
        title.toLowerCase().replace(/[^\w -]/g, ''),
      );
      const links = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
      for (const anchor of links) expect(headings, name).toContain(anchor);
    }
  });
});

describe('the errors', () => {
  it.each(Object.keys(ERRORS))('%s is given somewhere', (errorCode) => {
    expect(usedOutside('shared/errors.ts', errorCode)).toBe(true);
  });

  it('are all in the table', () => {
    const given = sources.flatMap(({ text }) => text.match(/\bASRE_[A-Z_]+\b/g) ?? []);
    expect([...new Set(given)].filter((errorCode) => !Object.hasOwn(ERRORS, errorCode))).toEqual([]);
  });
});

describe('the settings', () => {
  it.each(Object.keys(SETTINGS))('%s is read somewhere', (name) => {
    expect(usedOutside('shared/settings.ts', name)).toBe(true);
  });
});

describe('the attributes of spans', () => {
  const named = readSources('shared', 'functions', 'lambdas', 'broker').flatMap(({ text }) =>
    [...text.matchAll(/'((?:agent_sre|cloudevents|messaging|http|url|server|error)\.[a-z_.]+)'/g)].map(
      ([, name]) => name,
    ),
  );

  it('are those of docs/traces.md', () => {
    expect([...new Set(named)].sort()).toEqual(Object.keys(ATTRIBUTES).sort());
  });
});

describe('the examples of the events', () => {
  it.each(EVENTS.map((definition) => [definition.type, definition] as const))('%s fits its schema', (_, definition) => {
    expect(definition.parse(definition.example)).toEqual(definition.example);
  });

  it('tell one episode of one alert', () => {
    expect(lambdaTrigger.example.correlation_id).toBe(episodeOf(exampleAlert).correlationId);
  });
});
