import { useState } from 'preact/hooks';
import { post } from './request.ts';

/** Asks for the token of CONSOLE_TOKEN_FILE; the server keeps the session in a cookie that no script reads. */
export function TokenForm({ onEntered }: { readonly onEntered: () => Promise<void> }) {
  const [token, setToken] = useState('');
  const [error, setError] = useState<string>();
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      await post('session', { token });
      await onEntered();
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : 'not accepted');
    }
  };
  return (
    <main class="entry">
      <h1>agent-sre</h1>
      <form onSubmit={submit}>
        <label>
          Token of the console
          <input
            type="password"
            autocomplete="current-password"
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="primary">
          Open
        </button>
        {error && <p role="alert">{error}</p>}
      </form>
    </main>
  );
}
