/** Each tier's vote, and how the model came to its answer. */
import { diffWordsWithSpace } from 'diff';
import type { ShownVote } from '../api/decision.ts';
import { milliseconds, percent, plain, TIERS } from './words.ts';

export function Votes({ votes }: { readonly votes: readonly ShownVote[] }) {
  if (votes.length === 0) return <p class="faint">The record holds no vote.</p>;
  return (
    <ol class="votes">
      {votes.map((vote, index) => (
        <li key={index} class={vote.outcome}>
          <VoteItem vote={vote} />
        </li>
      ))}
    </ol>
  );
}

function VoteItem({ vote }: { readonly vote: ShownVote }) {
  const { method, outcome, reason, reasoning, lambda_function, parameters, confidence, entry, ms, trace } = vote;
  const tier = TIERS.find((one) => one.method === method);
  return (
    <>
      <p class="vote">
        <strong>{method}</strong> <span class="faint">{tier?.title}</span>
        <span class="figures">
          {[confidence !== undefined && percent(confidence), ms !== undefined && milliseconds(ms)]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </p>
      {confidence !== undefined && (
        <div class="bar" aria-hidden="true">
          <div style={{ width: `${100 * confidence}%` }} />
        </div>
      )}
      <p>
        <b>{outcome}</b>
        {lambda_function !== undefined && (
          <>
            {' '}
            <code>
              {lambda_function} {parameters}
            </code>
          </>
        )}
        : {plain(reason)}
        {reasoning !== undefined && ` (${reasoning})`}
        {entry !== undefined && (
          <>
            , entry <code>{entry}</code>
          </>
        )}
      </p>
      {trace.length > 0 && <Trace trace={trace} />}
    </>
  );
}

function Trace({ trace }: { readonly trace: ShownVote['trace'] }) {
  return (
    <details class="trace" open>
      <summary>{trace.length} iterations of its answer, with the probability that it is done</summary>
      <ol>
        {trace.map(({ answer, halt }, index) => (
          <li key={index}>
            <span class="halt">{halt === undefined ? '–' : percent(halt)}</span>
            <code>{index === 0 ? answer : <Changes before={trace[index - 1]?.answer ?? ''} after={answer} />}</code>
          </li>
        ))}
      </ol>
    </details>
  );
}

function Changes({ before, after }: { readonly before: string; readonly after: string }) {
  if (before === after) return <span class="faint">as before</span>;
  return (
    <>
      {diffWordsWithSpace(before, after).map(({ value, added, removed }, index) => {
        if (added) return <ins key={index}>{value}</ins>;
        return removed ? <del key={index}>{value}</del> : value;
      })}
    </>
  );
}
