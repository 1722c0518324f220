/**
 * Somebody comes from a cluster's own door: its application asks Hub who they are. They see for which cluster, as whom, and go on with
 * one press; nothing is passed on before. The other half is functions/oidc.
 */
import { useEffect, useRef, useState } from 'react';
import { type ApiError, answerTo, asApiError, refusalIn, unreachable } from '../api/client.ts';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import { Loading } from '../parts/loading.tsx';
import { Logo } from '../parts/logo.tsx';
import { Problem } from '../parts/problem.tsx';
import type { Session } from '../session/session.ts';
import { useTitle } from '../time.ts';
import { SignInPage } from './sign-in-page.tsx';
import { VerifyEmail } from './verify-email.tsx';

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
  // Each of them ends it: only one is ever sent, however quickly both are pressed.
  const decided = useRef(false);
  const decide = async (decision: 'continue' | 'cancel'): Promise<void> => {
    if (decided.current) return;
    decided.current = true;
    setBusy(decision);
    setError(undefined);
    try {
      const token = decision === 'continue' ? await freshToken() : undefined;
      const { redirectTo } = await ask<{ redirectTo: string }>(address, { decision }, token);
      location.assign(redirectTo);
    } catch (thrown) {
      setError(asApiError(thrown));
      setBusy(undefined);
      decided.current = false;
    }
  };
  /** @throws ApiError UNREACHABLE */
  const freshToken = (): Promise<string | undefined> =>
    store.token().catch(() => {
      throw unreachable();
    });
  const leave = (): void => {
    if (decided.current) return;
    setError(undefined);
    void store.end('Sign in with the account you want to use there.');
  };
  const somebody = session.kind === 'in' ? session : undefined;
  const isProved = somebody?.emailVerified === true;
  useEffect(() => {
    if (isProved) setError((before) => (before?.code === 'EMAIL_NOT_VERIFIED' ? undefined : before));
  }, [isProved]);
  const unproved = error?.code === 'EMAIL_NOT_VERIFIED' && !isProved ? somebody : undefined;
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
      {!interaction && !error && <Loading what="which cluster asks" />}
      {/* What is in the way can be done here. */}
      {unproved && <VerifyEmail session={unproved} then="Then you can continue." />}
      {error && !unproved && (
        <Problem error={error}>
          {/* One that is over stays over. */}
          {!interaction && error.code !== 'SIGN_IN_OVER' && (
            <Button onClick={() => setAsked(asked + 1)}>Try again</Button>
          )}
        </Problem>
      )}
      {session.kind === 'in' && interaction && (
        <div className="stack">
          <Button
            look="primary"
            busy={busy === 'continue'}
            aria-disabled={busy !== undefined}
            onClick={() => decide('continue')}
          >
            Continue as {session.email}
          </Button>
          <Button onClick={leave} aria-disabled={busy !== undefined}>
            Use another account
          </Button>
          <Button
            look="quiet"
            busy={busy === 'cancel'}
            aria-disabled={busy !== undefined}
            onClick={() => decide('cancel')}
          >
            Cancel
          </Button>
        </div>
      )}
    </main>
  );
}

/** @throws ApiError */
async function ask<T>(address: string, body?: object, token?: string): Promise<T> {
  const request = new Request(address, {
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
  });
  const answer = await answerTo(request);
  const said: unknown = await answer.json().catch(() => undefined);
  if (answer.ok && said !== undefined) return said as T;
  throw refusalIn(said, answer.status);
}
