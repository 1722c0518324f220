/** The door. Whatever somebody wanted to see before they signed in is still there behind it. */
import {
  createUserWithEmailAndPassword,
  GithubAuthProvider,
  GoogleAuthProvider,
  sendEmailVerification,
  sendPasswordResetEmail,
  signInWithEmailAndPassword,
} from 'firebase/auth';
import { type FormEvent, useState } from 'react';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import { Loading } from '../parts/loading.tsx';
import { Logo } from '../parts/logo.tsx';
import { useTitle } from '../time.ts';
import { notAdded } from './auth-errors.ts';
import { GitHubMark, GoogleMark } from './brands.tsx';
import { noteSent, noteUnsent } from './mailed.ts';
import type { Offered } from './offered.ts';
import { useOffered } from './use-offered.ts';
import { useSigningIn } from './use-signing-in.tsx';

type Mode = 'in' | 'up' | 'forgotten';

export function SignInPage({ notice, title = 'Sign in' }: { notice?: string | undefined; title?: string }) {
  const { config } = useHub();
  const offered = useOffered();
  const [wanted, setWanted] = useState<Mode>('in');
  const mode = offered && !isOffered(offered, wanted) ? 'in' : wanted;
  const heading = mode === 'in' ? title : HEADINGS[mode];
  useTitle(heading);
  return (
    <main className="door">
      <Logo />
      <h1>{heading}</h1>
      <p className="muted">Your own cluster, ready to use. No Kubernetes to learn.</p>
      {notice && (
        <p className="notice" role="status">
          {notice}
        </p>
      )}
      {config.hub && <LocalAccounts accounts={config.hub.accounts} />}
      {offered ? (
        <Ways offered={offered} mode={mode} onMode={setWanted} />
      ) : (
        <Loading what="the ways to sign in" />
      )}
    </main>
  );
}

const isOffered = ({ ways, open }: Offered, mode: Mode): boolean =>
  mode === 'in' || (ways.has('password') && (mode !== 'up' || open));

function Ways({ offered, mode, onMode }: { offered: Offered; mode: Mode; onMode(mode: Mode): void }) {
  const providers = PROVIDERS.filter(({ way }) => offered.ways.has(way));
  const byEmail = offered.ways.has('password');
  return (
    <>
      {providers.length > 0 && <Providers providers={providers} />}
      {providers.length > 0 && byEmail && <div className="divider">or with your e-mail address</div>}
      {byEmail && <ByEmail mode={mode} onMode={onMode} open={offered.open} />}
      {!offered.open && <p className="muted small">{notAdded()}</p>}
    </>
  );
}

/** The embedded cloud has accounts of its own: one press, and one is somebody. */
function LocalAccounts({
  accounts,
}: {
  accounts: readonly { email: string; password: string; note: string }[];
}) {
  const { busy, run, message } = useSigningIn();
  return (
    <section className="card tight" aria-label="Accounts of this laptop">
      <p className="muted small">This Hub runs on a laptop. Choose one of its test accounts:</p>
      <div className="stack">
        {accounts.map(({ email, password, note }) => (
          <Button
            key={email}
            busy={busy === email}
            onClick={() =>
              run(email, async (auth) => {
                await signInWithEmailAndPassword(auth, email, password);
                return undefined;
              })
            }
          >
            Continue as {note} <span className="muted">{email}</span>
          </Button>
        ))}
      </div>
      {message}
    </section>
  );
}

const PROVIDERS = [
  { way: 'google', name: 'Google', mark: <GoogleMark />, make: () => new GoogleAuthProvider() },
  { way: 'github', name: 'GitHub', mark: <GitHubMark />, make: () => new GithubAuthProvider() },
] as const;

function Providers({ providers }: { providers: readonly (typeof PROVIDERS)[number][] }) {
  const { config } = useHub();
  const { busy, run, message } = useSigningIn();
  return (
    <div className="stack">
      {providers.map(({ name, mark, make }) => (
        <Button
          key={name}
          icon={mark}
          busy={busy === name}
          onClick={() =>
            run(name, async (auth) => {
              const { signInWithPopUp } = await import('./pop-up.ts');
              await signInWithPopUp(auth, make(), config.hub?.auth);
              return undefined;
            })
          }
        >
          Continue with {name}
        </Button>
      ))}
      {message}
    </div>
  );
}

const MIN_PASSWORD = 8;

const HEADINGS: Record<Exclude<Mode, 'in'>, string> = {
  up: 'Create an account',
  forgotten: 'Choose a new password',
};
const TITLES: Record<Mode, string> = { in: 'Sign in', up: 'Create account', forgotten: 'Send a link' };

/** @param open whether anybody may make an account */
function ByEmail({ mode, onMode, open }: { mode: Mode; onMode(mode: Mode): void; open: boolean }) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const { busy, run, message, forget } = useSigningIn(email);
  // What was said of one is not true of another.
  const turnTo = (next: Mode): void => {
    forget();
    onMode(next);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void run('email', async (auth) => {
      if (mode === 'in') await signInWithEmailAndPassword(auth, email, password);
      else if (mode === 'up') {
        const { user } = await createUserWithEmailAndPassword(auth, email, password);
        // They are in by now, and this page is gone: where they are then, it is said.
        await sendEmailVerification(user).then(
          () => noteSent(user.uid),
          (thrown: unknown) => noteUnsent(user.uid, thrown),
        );
      } else {
        await sendPasswordResetEmail(auth, email);
        // The same whether there is such an account or not.
        return `If ${email} has an account here, a link to choose a new password is on its way.`;
      }
      return undefined;
    });
  };
  return (
    <form className="stack" onSubmit={submit}>
      <div className="field">
        <label htmlFor="email">E-mail</label>
        <input
          id="email"
          type="email"
          autoComplete="username"
          required
          value={email}
          onChange={({ target }) => setEmail(target.value)}
        />
      </div>
      {mode !== 'forgotten' && (
        <div className="field">
          <label htmlFor="password">Password</label>
          <input
            id="password"
            type="password"
            autoComplete={mode === 'up' ? 'new-password' : 'current-password'}
            required
            minLength={mode === 'up' ? MIN_PASSWORD : undefined}
            aria-describedby={mode === 'up' ? 'password-hint' : undefined}
            value={password}
            onChange={({ target }) => setPassword(target.value)}
          />
          {mode === 'up' && (
            <span id="password-hint" className="muted small">
              At least {MIN_PASSWORD} characters.
            </span>
          )}
        </div>
      )}
      {message}
      <Button type="submit" look="primary" busy={busy === 'email'}>
        {TITLES[mode]}
      </Button>
      <p className="row small">
        {mode !== 'in' && <LinkButton onClick={() => turnTo('in')}>I have an account</LinkButton>}
        {open && mode !== 'up' && <LinkButton onClick={() => turnTo('up')}>Create an account</LinkButton>}
        {mode !== 'forgotten' && (
          <LinkButton onClick={() => turnTo('forgotten')}>Forgot your password?</LinkButton>
        )}
      </p>
    </form>
  );
}

function LinkButton({ children, onClick }: { children: string; onClick(): void }) {
  return (
    <button type="button" className="link" onClick={onClick}>
      {children}
    </button>
  );
}
