/**
 * The command `hub` asks who is signed in here. They see what asks, as whom it would act, and a code to compare with their terminal; one
 * press posts their session to the loopback of this computer, and to nowhere else. The other half is cli/sign-in.
 */
import { type FormEvent, useRef, useState } from 'react';
import {
  checkCodeOf,
  LOOPBACK_DONE_PAGE,
  type LoopbackRequest,
  loopbackOf,
  parseLoopbackRequest,
  SESSION_FIELD,
  STATE_FIELD,
} from '../../../shared/loopback-sign-in.ts';
import { minutes } from '../../../shared/units.ts';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import { Logo } from '../parts/logo.tsx';
import { Problem } from '../parts/problem.tsx';
import type { Session, SignedIn } from '../session/session.ts';
import { useNow, useTitle } from '../time.ts';
import { SignInPage } from './sign-in-page.tsx';

/** What is signed in for in the terminal must be said there within `RECENT_SIGN_IN_MINUTES`: most of them are still to come. */
const FRESH_MS = minutes(5);

const TITLE = 'Sign in to the command line';

export default function CommandLine({ session }: { session: Session }) {
  const asked = parseLoopbackRequest(location.search);
  useTitle(TITLE);
  if (location.pathname === LOOPBACK_DONE_PAGE) return <HandedOver />;
  if (!asked)
    return (
      <main className="door">
        <Logo />
        <h1>{TITLE}</h1>
        <Problem
          error={{
            message: 'This address is not complete.',
            remedy: 'Run hub login again, and open the address that it shows.',
          }}
        />
      </main>
    );
  if (session.kind === 'out') return <SignInPage notice={session.notice} title={TITLE} />;
  return session.kind === 'in' ? <Ask asked={asked} session={session} /> : null;
}

function Ask({ asked, session }: { asked: LoopbackRequest; session: SignedIn }) {
  const { firebase, session: store } = useHub();
  const [sent, setSent] = useState(false);
  const isFresh = useNow(10_000) - session.signedInAtMs < FRESH_MS;
  const token = useRef<HTMLInputElement>(null);
  // It is in the page for the moment in which it is sent.
  const fill = (event: FormEvent): void => {
    const user = firebase.auth.currentUser;
    if (sent || (asked.anew && !isFresh) || !token.current || user?.uid !== session.uid) {
      event.preventDefault();
      return;
    }
    token.current.value = user.refreshToken;
    setSent(true);
  };
  return (
    <main className="door">
      <Logo />
      <h1>{TITLE}</h1>
      <p>
        The command <code>hub</code> on this computer wants to act in your name. It may then do whatever you
        may do, until you sign it out.
      </p>
      <p>
        Continue only if you have just started it yourself, and your terminal shows this code:
        <br />
        <strong className="check-code">{checkCodeOf(asked)}</strong>
      </p>
      <form method="post" action={loopbackOf(asked)} onSubmit={fill} className="stack">
        <input type="hidden" name={STATE_FIELD} value={asked.state} />
        <input type="hidden" name={SESSION_FIELD} ref={token} />
        {asked.anew && !isFresh && !sent ? (
          <>
            <p>
              You signed in a while ago as {session.email}. What you want to do in the terminal needs a fresh
              sign-in.
            </p>
            <Button look="primary" onClick={() => void store.end('Sign in again to go on in the terminal.')}>
              Sign in again
            </Button>
          </>
        ) : (
          <Button type="submit" look="primary" busy={sent}>
            Continue as {session.email}
          </Button>
        )}
        <Button
          aria-disabled={sent}
          onClick={() => {
            if (!sent) void store.end('Sign in with the account you want to use in the terminal.');
          }}
        >
          Use another account
        </Button>
        {/* Loaded anew: no other page may send forms. */}
        <a className="button quiet" href="/">
          Cancel
        </a>
      </form>
    </main>
  );
}

/** The command has sent the browser here when it had its answer. */
function HandedOver() {
  return (
    <main className="door">
      <Logo />
      <h1>Back to your terminal</h1>
      <p>It says whether it is signed in. You may close this page.</p>
      <p>
        <a href="/">Your clusters</a>
      </p>
    </main>
  );
}
