/** The frame around every page, and which page it is. */
import { useEffect, useRef } from 'react';
import { Link, Redirect, Route, Switch, useLocation } from 'wouter';
import { ERRORS } from '../../shared/errors.ts';
import { LOOPBACK_DONE_PAGE, LOOPBACK_PAGE } from '../../shared/loopback-sign-in.ts';
import { refusalOf } from '../../shared/standing.ts';
import { remedyFor } from './api/remedies.ts';
import { ClustersPage } from './clusters/clusters-page.tsx';
import { useHub } from './hub.ts';
import type { Connection } from './live/connection.ts';
import { troubleIn } from './live/health.ts';
import { useInvitations } from './live/my-invitations.ts';
import { Boundary } from './parts/boundary.tsx';
import { keepFocus } from './parts/focus.ts';
import { lazyPage } from './parts/lazy.tsx';
import { Loading } from './parts/loading.tsx';
import { Logo } from './parts/logo.tsx';
import { Menu } from './parts/menu.tsx';
import { Toasts } from './parts/toast.tsx';
import { askMeAgain, useMe, useMyAccount } from './session/me.ts';
import type { Session, SignedIn } from './session/session.ts';
import { SignInPage } from './signin/sign-in-page.tsx';
import { VerifyEmail } from './signin/verify-email.tsx';
import { type Store, useStore } from './store.ts';
import { setTheme, THEMES, theme } from './theme.ts';
import { dayAndTime, useTitle } from './time.ts';
import { capital } from './words.ts';

const Waiting = () => <Loading what="the page" />;

const AccountPage = lazyPage(() => import('./account/account-page.tsx'), <Waiting />);
const ClusterPage = lazyPage(() => import('./clusters/cluster-page.tsx'), <Waiting />);
const OperatorPages = lazyPage(() => import('./operator/operator-pages.tsx'), <Waiting />);
const ClusterSignIn = lazyPage(() => import('./signin/cluster-sign-in.tsx'), <Waiting />);
const CommandLine = lazyPage(() => import('./signin/command-line.tsx'), <Waiting />);

export function App({ connection }: { connection: Store<Connection> }) {
  return (
    <>
      <StatusBanner />
      <Pages connection={connection} />
    </>
  );
}

function Pages({ connection }: { connection: Store<Connection> }) {
  const session = useSession();
  const [path] = useLocation();
  if (session.kind === 'starting') return session.isUnreachable ? <Unreachable /> : <Waiting />;
  if (path === '/signin/oidc')
    return (
      <Boundary at={path}>
        <ClusterSignIn session={session} />
      </Boundary>
    );
  if (path === LOOPBACK_PAGE || path === LOOPBACK_DONE_PAGE)
    return (
      <Boundary at={path}>
        <CommandLine session={session} />
      </Boundary>
    );
  if (session.kind === 'out') return <SignInPage notice={session.notice} />;
  // Whoever signs in as somebody else starts anew: nothing of the other one may be left on the page.
  return <Inside key={session.uid} session={session} connection={connection} />;
}

function useSession(): Session {
  const { session } = useHub();
  return useStore(session);
}

function Inside({ session, connection }: { session: SignedIn; connection: Store<Connection> }) {
  useMe();
  useInvitations(askMeAgain);
  const main = useRef<HTMLElement>(null);
  const [path] = useLocation();
  const first = useRef(true);
  const isPushed = usePushed();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page begins at its top, for who reads by ear too
  useEffect(() => {
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
    // Whoever goes back is where they were: the browser sees to it.
    if (isPushed.current) scrollTo(0, 0);
    isPushed.current = false;
  }, [path]);
  useEffect(keepFocus, []);
  return (
    <>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <TopBar session={session} />
      <ConnectionBanner connection={connection} />
      <HeldBanner />
      <main id="main" ref={main} tabIndex={-1}>
        {!session.emailVerified && (
          <VerifyEmail
            session={session}
            then="Then you can create clusters and others can share theirs with you."
          />
        )}
        <Boundary at={path}>
          <Switch>
            <Route path="/">
              <ClustersPage session={session} />
            </Route>
            <Route path="/clusters/:id">
              {({ id }) => <ClusterPage key={id} id={id} session={session} />}
            </Route>
            <Route path="/account">
              <AccountPage session={session} />
            </Route>
            {session.operator && (
              <Route path="/operator/*?">
                <OperatorPages />
              </Route>
            )}
            <Route path="/signin">
              <Redirect to="/" replace />
            </Route>
            <Route>
              <NoSuchPage />
            </Route>
          </Switch>
        </Boundary>
      </main>
      <Toasts />
    </>
  );
}

/** Whether the address was gone to, and not gone back to: by the event of wouter, heard before wouter hears it itself. */
function usePushed() {
  const isPushed = useRef(false);
  useEffect(() => {
    const note = (): void => {
      isPushed.current = true;
    };
    const forget = (): void => {
      isPushed.current = false;
    };
    addEventListener('pushState', note, { capture: true });
    addEventListener('popstate', forget, { capture: true });
    return () => {
      removeEventListener('pushState', note, { capture: true });
      removeEventListener('popstate', forget, { capture: true });
    };
  }, []);
  return isPushed;
}

function NoSuchPage() {
  useTitle('No such page');
  return (
    <section className="empty">
      <h1>There is no such page</h1>
      <p>It may have moved, or there is a mistake in the address.</p>
      <Link className="button primary" href="/">
        Your clusters
      </Link>
    </section>
  );
}

const OPERATOR_PAGES = [
  ['/operator/pools', 'Pools'],
  ['/operator/trouble', 'Trouble'],
  ['/operator/dead-letters', 'Dead letters'],
  ['/operator/orphans', 'Orphans'],
  ['/operator/quotas', 'Quotas'],
  ['/operator/audit', 'Audit log'],
  ['/operator/insights', 'Insights'],
] as const;

function TopBar({ session }: { session: SignedIn }) {
  const { session: store, config } = useHub();
  const chosen = useStore(theme);
  const [, go] = useLocation();
  const items = [
    { label: 'Your account', onSelect: () => go('/account') },
    {
      label: 'Colours',
      choices: THEMES.map((one) => ({
        label: `${capital(one)} colours`,
        chosen: one === chosen,
        onSelect: () => setTheme(one),
      })),
    },
    { label: 'Sign out', onSelect: () => void store.end() },
  ];
  return (
    <header className="top">
      <Link href="/" className="home" aria-label="Hub, your clusters">
        <Logo />
      </Link>
      <nav aria-label="Pages">
        <PageLink href="/">Clusters</PageLink>
        {session.operator &&
          OPERATOR_PAGES.map(([href, label]) => (
            <PageLink key={href} href={href}>
              {label}
            </PageLink>
          ))}
      </nav>
      {config.hub && config.hub.cloudSpeed !== 1 && (
        <span
          className="local"
          title="This Hub runs on a laptop, on an embedded cloud where time runs faster."
        >
          a cloud minute takes {Math.round(6000 / config.hub.cloudSpeed) / 100} s
        </span>
      )}
      <Menu
        label={`Account of ${session.email}`}
        button={<span className="avatar">{(session.email[0] ?? '?').toUpperCase()}</span>}
        head={session.email}
        items={items}
      />
    </header>
  );
}

function PageLink({ href, children }: { href: string; children: string }) {
  const [path] = useLocation();
  const isHere = href === '/' ? path === '/' || path.startsWith('/clusters') : path.startsWith(href);
  const link = useRef<HTMLAnchorElement>(null);
  // On a telephone there is not room for all of them.
  useEffect(() => {
    if (isHere) link.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [isHere]);
  return (
    <Link ref={link} href={href} aria-current={isHere ? 'page' : undefined}>
      {children}
    </Link>
  );
}

/** For everybody, signed in or not: who cannot create a cluster should not have to guess why. */
function StatusBanner() {
  const { status } = useHub();
  const now = useStore(status);
  const trouble = now.kind === 'there' ? troubleIn(now.value) : [];
  return <div role="status">{trouble.length > 0 && <p className="connection">{trouble.join(' ')}</p>}</div>;
}

/** Whoever may not make anything reads it before they try. */
function HeldBanner() {
  const account = useMyAccount();
  const code = account && refusalOf(account, 'make');
  return (
    <div role="status">
      {code && (
        <p className="connection">
          <strong>{ERRORS[code].say}</strong> {remedyFor(code)}
        </p>
      )}
    </div>
  );
}

const UNREACHABLE = 'Hub cannot be reached at the moment. This page keeps trying.';

/** Who is signed in cannot be asked: whoever it is stays so. */
const Unreachable = () => (
  <div role="status">
    <p className="connection">{UNREACHABLE}</p>
  </div>
);

function ConnectionBanner({ connection }: { connection: Store<Connection> }) {
  const now = useStore(connection);
  return (
    <div role="status">
      {now.kind === 'unreachable' && <p className="connection">{UNREACHABLE}</p>}
      {now.kind === 'lost' && (
        <p className="connection">
          The connection is lost. What you see is from {dayAndTime(now.since)}. It updates automatically when
          Hub can be reached again.
        </p>
      )}
    </div>
  );
}
