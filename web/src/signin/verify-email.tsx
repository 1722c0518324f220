/** An address that is not proved yet: everything can be looked at, and nothing can be made. */
import { sendEmailVerification } from 'firebase/auth';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import type { SignedIn } from '../session/session.ts';
import { noteSent, useUnsent } from './unsent.ts';
import { useSigningIn } from './use-signing-in.tsx';

export function VerifyEmail({ session }: { session: SignedIn }) {
  const { session: store } = useHub();
  const { busy, run, message } = useSigningIn();
  const unsent = useUnsent(session.uid);
  const look = async (): Promise<string | undefined> => {
    await store.refresh();
    const now = store.get();
    return now.kind === 'in' && now.emailVerified ? undefined : 'It is not confirmed yet.';
  };
  return (
    <section className="banner" aria-label="Your e-mail address">
      <p>
        <strong>Confirm your e-mail address.</strong>{' '}
        {unsent === undefined
          ? `Open the link that was sent to ${session.email} when you signed up, or have it sent again.`
          : `The link could not be sent to ${session.email}. Have it sent again, and open it.`}{' '}
        Then you can create clusters and others can share theirs with you.
      </p>
      {unsent && (
        <p className="error-line" role="alert">
          {unsent}
        </p>
      )}
      <div className="row">
        <Button look="primary" busy={busy === 'look'} onClick={() => run('look', look)}>
          I have opened it
        </Button>
        <Button
          busy={busy === 'send'}
          onClick={() =>
            run('send', async ({ currentUser }) => {
              if (currentUser) await sendEmailVerification(currentUser);
              noteSent();
              return 'Sent again.';
            })
          }
        >
          Send it again
        </Button>
        {message}
      </div>
    </section>
  );
}
