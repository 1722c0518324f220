/**
 * Somebody comes from a cluster's own door: its application asks Hub who they are. They see for which cluster, as whom, and go on with
 * one press; nothing is passed on before. The other half is functions/oidc.
 */
import { useEffect, useState } from 'react';
import { type ApiError, asApiError, refusalIn } from '../api/client.ts';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import { Logo } from '../parts/logo.tsx';
import { Problem } from '../parts/problem.tsx';
import type { Session } from '../session/session.ts';
import { useTitle } from '../time.ts';
import { SignInPage } from './sign-in-page.tsx';

interface Interaction {
  cluster: string;
  host: string;
}

export default function ClusterSignIn({ session }: { session: Session }) {
  const id = new URLSearchParams(location.search).get('interaction') ?? '';
  const address = `/oidc/interactions/${encodeURIComponent(id)}`;
  const { session: store } = useHub();
  const [interaction, setInteraction] = useState<Interaction>();
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState<'continue' | 'cancel'>();
  useTitle('Sign in to your cluster');
  const [asked, setAsked] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: anew whenever somebody wants it
  useEffect(() => {
    setError(undefined);
    ask<Interaction>(address).then(setInteraction, (thrown) => setError(asApiError(thrown)));
  }, [address, asked]);
  const decide = async (decision: 'continue' | 'cancel'): Promise<void> => {
    setBusy(decision);
    setError(undefined);
    try {
      const token = decision === 'continue' ? await store.token() : undefined;
      const { redirectTo } = await ask<{ redirectTo: string }>(address, { decision }, token);
      location.assign(redirectTo);
    } catch (thrown) {
      setError(asApiError(thrown));
      setBusy(undefined);
    }
  };
  const leave = (): void => {
    setError(undefined);
    void store.end('Sign in with the account you want to use there.');
  };
  if (session.kind === 'out' && !error)
    return <SignInPage notice={session.notice} title="Sign in to your cluster" />;
  return (
    <main className="door">
      <Logo />
      <h1>Sign in to your cluster</h1>
      {interaction && (
        <p>
          <strong>{interaction.host}</strong> wants to know who you are.
        </p>
      )}
      {error && (
        <Problem error={error}>
          {/* One that is over stays over. */}
          {!interaction && error.code !== 'SIGN_IN_OVER' && (
            <Button onClick={() => setAsked(asked + 1)}>Try again</Button>
          )}
        </Problem>
      )}
      {session.kind === 'in' && interaction && (
        <div className="stack">
          <Button look="primary" busy={busy === 'continue'} onClick={() => decide('continue')}>
            Continue as {session.email}
          </Button>
          <Button onClick={leave}>Use another account</Button>
          <Button look="quiet" busy={busy === 'cancel'} onClick={() => decide('cancel')}>
            Cancel
          </Button>
        </div>
      )}
    </main>
  );
}

/** @throws ApiError, or what the browser throws where nobody answers */
async function ask<T>(address: string, body?: object, token?: string): Promise<T> {
  const answer = await fetch(address, {
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
  });
  const said: unknown = await answer.json().catch(() => undefined);
  if (answer.ok && said !== undefined) return said as T;
  throw refusalIn(said, answer.status);
}
