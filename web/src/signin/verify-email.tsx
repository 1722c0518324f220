/** An address that is not proved yet: everything can be looked at, and nothing can be made. */
import { sendEmailVerification } from 'firebase/auth';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import type { SignedIn } from '../session/session.ts';
import { noteSent, useMailed } from './mailed.ts';
import { useSigningIn } from './use-signing-in.tsx';

/** @param then what can be done once it is proved, where the address is asked for */
export function VerifyEmail({ session, then }: { session: SignedIn; then: string }) {
  const { session: store } = useHub();
  const { busy, run, message } = useSigningIn();
  const mailed = useMailed(session.uid);
  const look = async (): Promise<string | undefined> => {
    await store.refresh();
    const now = store.get();
    return now.kind === 'in' && now.emailVerified ? undefined : 'It is not confirmed yet.';
  };
  return (
    <section className="banner" aria-label="Your e-mail address">
      <p>
        <strong>Confirm your e-mail address.</strong> {saidOf(mailed, session.email)} {then}
      </p>
      {mailed?.why && (
        <p className="error-line" role="alert">
          {mailed.why}
        </p>
      )}
      <div className="row">
        <Button look={mailed ? 'primary' : 'plain'} busy={busy === 'look'} onClick={() => run('look', look)}>
          I have opened it
        </Button>
        <Button
          look={mailed ? 'plain' : 'primary'}
          busy={busy === 'send'}
          onClick={() =>
            run('send', async ({ currentUser }) => {
              if (currentUser) await sendEmailVerification(currentUser);
              noteSent(session.uid);
              return 'Sent.';
            })
          }
        >
          {mailed ? 'Send it again' : 'Send the link'}
        </Button>
        {message}
      </div>
    </section>
  );
}

function saidOf(mailed: { why?: string } | undefined, email: string): string {
  if (mailed === undefined) return `A link proves that ${email} is yours: have it sent there, and open it.`;
  return mailed.why === undefined
    ? `Open the link that was sent to ${email}.`
    : `The link could not be sent to ${email}. Have it sent again, and open it.`;
}
