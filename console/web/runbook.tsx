/** What the runbook says of the alert: each case that was tried, why it did not hold, and what would lead elsewhere. */
import type { Change } from '../../shared/runbook/changes.ts';
import type { ExplainedCase } from '../../shared/runbook/explain.ts';
import type { RunbookAnswer } from '../api/decision.ts';

const SIGNS: Readonly<Record<ExplainedCase['outcome'], string>> = { holds: '✓', 'ruled out': '✗', 'not tried': '·' };

export function RunbookSection({ answer: { explanation, changes } }: { readonly answer: RunbookAnswer }) {
  const { exclusion, entry, cases } = explanation;
  return (
    <section aria-labelledby="runbook">
      <h2 id="runbook">What the runbook says now</h2>
      {exclusion !== undefined && <p>Nothing is done, whatever it says: {exclusion}.</p>}
      {entry === undefined ? (
        <p class="faint">No entry takes the alert.</p>
      ) : (
        <p>
          Entry <code>{entry.id}</code>
          {entry.isPinned ? ', pinned, ' : ', '}situation <code>{entry.situation}</code>
        </p>
      )}
      <ol class="cases">
        {cases.map((each, index) => (
          <li key={index} class={each.outcome.replace(' ', '-')}>
            <p>
              <span class="sign" aria-hidden="true">
                {SIGNS[each.outcome]}
              </span>
              <b>{each.does}</b> <span class="faint">{each.reason}</span>
              {each.outcome === 'not tried' && <span class="faint"> (not tried)</span>}
            </p>
            {each.outcome !== 'not tried' && (
              <p class="why">
                {each.outcome}: {each.why}
              </p>
            )}
          </li>
        ))}
      </ol>
      {changes.length > 0 && (
        <>
          <h3>What would lead elsewhere</h3>
          <ul class="changes">
            {changes.map((change, index) => (
              <li key={index}>
                <ChangeItem change={change} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function ChangeItem({ change: { flips, runbook, decision } }: { readonly change: Change }) {
  return (
    <>
      {runbook ??
        flips.map(({ name, value }, index) => (
          <span key={name}>
            {index > 0 && ' and '}
            {value === undefined ? 'without ' : 'with '}
            <code>{value === undefined ? name : `${name}=${value}`}</code>
          </span>
        ))}
      {decision.outcome === 'selected' && (
        <>
          {': '}
          <b>{decision.lambda_function}</b>
        </>
      )}
      {decision.outcome === 'none' && (
        <>
          {': '}
          <b>none</b> <span class="faint">{decision.reasoning}</span>
        </>
      )}
    </>
  );
}
