/** An address that is not proved yet: everything can be looked at, and nothing can be made. */
import { sendEmailVerification } from 'firebase/auth';
import { useState } from 'react';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import type { SignedIn } from '../session/session.ts';
import { inWords } from './auth-errors.ts';

export function VerifyEmail({ session }: { session: SignedIn }) {
  const { firebase, session: store } = useHub();
  const [busy, setBusy] = useState<'look' | 'send'>();
  const [said, setSaid] = useState<string>();
  const run = async (name: 'look' | 'send', work: () => Promise<string | undefined>): Promise<void> => {
    setBusy(name);
    try {
      setSaid(await work());
    } catch (error) {
      setSaid(inWords(error));
    } finally {
      setBusy(undefined);
    }
  };
  return (
    <section className="banner" aria-label="Your e-mail address">
      <p>
        <strong>Confirm your e-mail address.</strong> A link was sent to {session.email}. Once you have opened
        it, you can create clusters and others can share theirs with you.
      </p>
      <div className="row">
        <Button
          look="primary"
          busy={busy === 'look'}
          onClick={() =>
            run('look', async () => {
              await store.refresh();
              const now = store.get();
              return now.kind === 'in' && now.emailVerified ? undefined : 'It is not confirmed yet.';
            })
          }
        >
          I have opened it
        </Button>
        <Button
          busy={busy === 'send'}
          onClick={() =>
            run('send', async () => {
              const { currentUser } = firebase.auth;
              if (currentUser) await sendEmailVerification(currentUser);
              return 'Sent again.';
            })
          }
        >
          Send it again
        </Button>
        <span role="status">{said}</span>
      </div>
    </section>
  );
}
