/** The question that waits for a person, and the two answers. */
import { useState } from 'preact/hooks';
import type { OpenQuestion } from '../api/decision.ts';
import { post } from './request.ts';
import { dateTime } from './words.ts';

const NAME = 'agent-sre.approver';

interface Props {
  readonly episode: string;
  readonly question: OpenQuestion;
}

export function Answer({ episode, question: { id, call, message, expiresAt, isAnswerable } }: Props) {
  const [approver, setApprover] = useState(() => localStorage.getItem(NAME) ?? '');
  const [comment, setComment] = useState('');
  const [said, setSaid] = useState<string>();
  const [error, setError] = useState<string>();
  const say = (answer: 'granted' | 'denied') => async () => {
    setError(undefined);
    if (approver.trim() === '') return setError('Say who you are: the name goes into the record.');
    localStorage.setItem(NAME, approver.trim());
    try {
      await post('approvals', { episode, question: id, answer, approver, comment });
      setSaid(answer);
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : 'not accepted');
    }
  };
  return (
    <section class="question" aria-labelledby="question">
      <h2 id="question">A person is asked</h2>
      <p>
        <code>{call}</code>
      </p>
      <p>
        {message} <span class="faint">until {dateTime(expiresAt)}</span>
      </p>
      {!isAnswerable ? (
        <p>
          agent-sre run was started since, and no token is written down. Answer with <code>agent-sre approve</code> or{' '}
          <code>agent-sre deny</code> and the token that people were sent.
        </p>
      ) : said !== undefined ? (
        <p role="status">
          Your answer, <b>{said}</b>, is on its way. What comes of it stands below.
        </p>
      ) : (
        <div class="fields">
          <label>
            Your name
            <input value={approver} maxLength={200} onInput={(event) => setApprover(event.currentTarget.value)} />
          </label>
          <label>
            Comment
            <input value={comment} maxLength={1000} onInput={(event) => setComment(event.currentTarget.value)} />
          </label>
          <button type="button" class="primary" onClick={say('granted')}>
            Approve
          </button>
          <button type="button" class="danger" onClick={say('denied')}>
            Deny
          </button>
        </div>
      )}
      {error !== undefined && <p role="alert">{error}</p>}
    </section>
  );
}
