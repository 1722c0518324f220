/** What Hub holds of somebody, to look at and to take along; and the button that ends it. */
import { useCallback, useState } from 'react';
import { must, type Schemas } from '../api/client.ts';
import { useAskedAgain } from '../api/use-asked.ts';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import { Fact } from '../parts/facts.tsx';
import { DownloadIcon } from '../parts/icons.tsx';
import { Loading } from '../parts/loading.tsx';
import { Problem } from '../parts/problem.tsx';
import { save } from '../parts/save.ts';
import type { SignedIn } from '../session/session.ts';
import { dayAndTime, useTitle } from '../time.ts';
import { DeleteAccount } from './delete-account.tsx';
import { OwnClusters } from './own-clusters.tsx';

export type OwnAccount = Schemas['OwnAccount'];

/** An account as it was looked at, with the word by which Hub knows what that was. */
export interface Seen {
  account: OwnAccount;
  etag: string;
}

export default function AccountPage({ session }: { session: SignedIn }) {
  useTitle('Your account');
  const { seen, error, askAgain, ask, show } = useOwnAccount();
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Your account</h1>
          <p className="muted">What Hub stores about you, and how to delete it.</p>
        </div>
      </div>
      {error && (
        <Problem error={error}>
          <Button onClick={askAgain}>Try again</Button>
        </Problem>
      )}
      {!seen && !error && <Loading what="your account" />}
      {seen && (
        <div className="stack">
          <About account={seen.account} session={session} />
          <OwnClusters clusters={seen.account.clusters} handOverHours={seen.account.handOverHours} />
          {seen.account.closing ? (
            <Closing since={seen.account.closing.since} />
          ) : (
            <DeleteAccount session={session} seen={seen} ask={ask} onAsked={show} />
          )}
        </div>
      )}
    </>
  );
}

function useOwnAccount() {
  const { api } = useHub();
  /** @throws ApiError */
  const ask = useCallback(async (): Promise<Seen> => {
    const answer = await api.get('/v1/account');
    const account = await must(Promise.resolve(answer));
    return { account, etag: answer.response.headers.get('etag') ?? '' };
  }, [api]);
  const { answer, error, askAgain } = useAskedAgain(ask);
  // What the deletion was answered with, until something newer is known.
  const [later, setLater] = useState<{ seen: Seen; after: Seen | undefined }>();
  const show = (account: OwnAccount): void => {
    setLater({ seen: { account, etag: '' }, after: answer });
    askAgain();
  };
  return { seen: later && later.after === answer ? later.seen : answer, error, askAgain, ask, show };
}

function About({ account, session }: { account: OwnAccount; session: SignedIn }) {
  const { uid, profile, allowance } = account;
  const { clusters, maxClusters } = allowance;
  return (
    <section className="card facts" aria-labelledby="about">
      <h2 id="about">About you</h2>
      <dl>
        <Fact label="Address">
          {session.email}
          {!profile.emailVerified && <span className="muted small">not verified</span>}
        </Fact>
        {profile.displayName !== undefined && <Fact label="Name">{profile.displayName}</Fact>}
        <Fact label="Id">
          <code>{uid}</code>
        </Fact>
        {profile.createTime !== undefined && (
          <Fact label="Here since">{dayAndTime(new Date(profile.createTime))}</Fact>
        )}
        <Fact label="Clusters in use">
          {clusters} of {maxClusters}
        </Fact>
      </dl>
      <p className="muted small">
        Your address and name are stored by the service that signs you in. The file holds everything,
        including what you did in Hub and what was done to your account.
      </p>
      <div className="row">
        <Button
          icon={<DownloadIcon />}
          onClick={() => save(`${JSON.stringify(account, null, 2)}\n`, 'hub-account.json')}
        >
          Download your data
        </Button>
      </div>
    </section>
  );
}

const Closing = ({ since }: { since: string }) => (
  <section className="card" aria-labelledby="closing">
    <h2 id="closing">Your account is being deleted</h2>
    <p>
      The deletion was requested on {dayAndTime(new Date(since))}. Your clusters come first. That takes about
      a quarter of an hour; if other owners were asked to take one over, it takes until one of them has, or
      until their time is up. Then everything that names you is removed, and you are signed out. Anybody who
      signs up with your address later starts with a new account.
    </p>
  </section>
);
