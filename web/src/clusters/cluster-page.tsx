/** One cluster: what is happening now, how to use it, who may, what it has been through. */
import { useState } from 'react';
import { Link } from 'wouter';
import type { Cluster, Role } from '../../../shared/documents/cluster.ts';
import type { ErrorCode } from '../../../shared/errors.ts';
import { flawOf, isGone } from '../../../shared/flaws.ts';
import { rowOf } from '../../../shared/lifecycle/table.ts';
import { BackIcon } from '../parts/icons.tsx';
import { LivePart } from '../parts/live-part.tsx';
import { Problem } from '../parts/problem.tsx';
import { useMyAccount } from '../session/me.ts';
import type { SignedIn } from '../session/session.ts';
import { timeOfDay, useTitle } from '../time.ts';
import { CleanUp } from './clean-up.tsx';
import { ClusterProgress } from './cluster-progress.tsx';
import { Delete, Retry } from './commands.tsx';
import { Connect } from './connect.tsx';
import { Ending } from './ending.tsx';
import { Facts } from './facts.tsx';
import { Flaw } from './flaw.tsx';
import { Leaving } from './leaving.tsx';
import { isMoving, isUsable, mayAsk, sentenceOf, titleOf, toneOf } from './lifecycle.ts';
import { Members } from './members.tsx';
import { Offered } from './offered.tsx';
import { AskForMore, isQuota, QuotaRequest } from './quota-request.tsx';
import { useLeft } from './reading.ts';
import { StateBadge } from './state-badge.tsx';
import { Timeline } from './timeline.tsx';
import { Track } from './track.tsx';
import { useCluster, useDurations, useEvents } from './use-cluster.ts';

export default function ClusterPage({ id, session }: { id: string; session: SignedIn }) {
  const live = useCluster(id);
  const [seen, setSeen] = useState<Cluster>();
  const cluster = live.kind === 'there' ? live.value : undefined;
  if (cluster && cluster !== seen) setSeen(cluster);
  const last = cluster ?? seen;
  useTitle(last ? titleOf(last) : 'Cluster');
  if (cluster) return <Page cluster={cluster} session={session} />;
  if (live.kind === 'there' || (live.kind === 'ended' && live.denied)) return <NotYours was={seen} />;
  return (
    <LivePart live={live} what="the cluster">
      {() => null}
    </LivePart>
  );
}

/** It does not exist, or is none of theirs; or it was, until a moment ago. */
function NotYours({ was }: { was: Cluster | undefined }) {
  return (
    <section className="empty" role="alert">
      <h1>
        {was ? `You are no longer a member of ${was.name}` : 'There is no such cluster, or it is not yours'}
      </h1>
      <p>
        {was
          ? 'An owner ended your access, or the cluster was removed. If you think this is a mistake, ask an owner.'
          : 'Check the address, or ask an owner to invite you.'}
      </p>
      <Link className="button primary" href="/">
        Your clusters
      </Link>
    </section>
  );
}

function Page({ cluster, session }: { cluster: Cluster; session: SignedIn }) {
  const own = Object.hasOwn(cluster.members, session.uid) ? cluster.members[session.uid] : undefined;
  const role = own ?? (session.operator ? 'operator' : undefined);
  const events = useEvents(cluster.id, own !== undefined);
  const observed = useDurations(isMoving(cluster.state) ? cluster.spec.region : undefined);
  return (
    <article>
      <Link href="/" className="back">
        <BackIcon /> Clusters
      </Link>
      <div className="page-head">
        <div>
          <h1>{cluster.name}</h1>
          <StateBadge state={cluster.state} conditions={cluster.conditions} />
        </div>
        <Actions cluster={cluster} role={role} />
      </div>
      <Told cluster={cluster} />
      <Ending cluster={cluster} role={role} />
      <Leaving cluster={cluster} role={role} isPayer={cluster.owner === session.uid} />
      <Offered cluster={cluster} session={session} />
      <Flaw cluster={cluster} role={role} />
      <Now cluster={cluster} role={role} isPayer={cluster.owner === session.uid} />
      {isMoving(cluster.state) && <Track cluster={cluster} events={events} observed={observed} />}
      <div className="columns">
        <div>
          {own !== undefined && isUsable(cluster.state) && !isGone(flawOf(cluster)) && (
            <Connect cluster={cluster} />
          )}
          <CleanUp cluster={cluster} />
          <Members cluster={cluster} role={role} session={session} />
          <Timeline events={events} cluster={cluster} />
        </div>
        <Facts cluster={cluster} role={role} />
      </div>
    </article>
  );
}

type Standing = Role | 'operator' | undefined;

/**
 * What has become of it since the page began, for who reads by ear: the line that says what is going on is gone at the moment that was waited
 * for. There before there is something to say, so that it is read out.
 */
function Told({ cluster }: { cluster: Cluster }) {
  const { state } = cluster;
  const says = isMoving(state) ? sentenceOf(cluster) : `${rowOf(state).label}.`;
  const [first] = useState(says);
  const [hasChanged, setHasChanged] = useState(false);
  if (!hasChanged && says !== first) setHasChanged(true);
  return (
    <p className="unseen" role="status">
      {hasChanged && says}
    </p>
  );
}

interface NowProps {
  cluster: Cluster;
  role: Standing;
  /** Whether it counts for them: to ask for more for another account would not help it. */
  isPayer: boolean;
}

function Now({ cluster, role, isPayer }: NowProps) {
  const [asksFor, setAsksFor] = useState<ErrorCode>();
  const account = useMyAccount();
  const { state, error } = cluster;
  const quota = error && isQuota(error.code) ? error.code : undefined;
  return (
    <>
      {(isMoving(state) || error) && (
        <section className={`now ${isMoving(state) ? 'card' : ''}`} aria-label="What is happening">
          {isMoving(state) && <Moving cluster={cluster} />}
          <TriedAgain cluster={cluster} />
          {error && (
            <Problem error={error} waits={toneOf(state) === 'waiting'}>
              {mayAsk(cluster, 'retry', role, account) && <Retry cluster={cluster} />}
              {quota && isPayer && <QuotaRequest onAsk={() => setAsksFor(quota)} />}
            </Problem>
          )}
        </section>
      )}
      {asksFor && <AskForMore code={asksFor} onClose={() => setAsksFor(undefined)} />}
    </>
  );
}

function Moving({ cluster }: { cluster: Cluster }) {
  const left = useLeft(cluster);
  return (
    <>
      <div className="now-line">
        <p>{sentenceOf(cluster)}</p>
        {left && <span className="muted">{left}</span>}
      </div>
      {/* What waits goes nowhere meanwhile. */}
      {toneOf(cluster.state) !== 'waiting' && <ClusterProgress cluster={cluster} />}
    </>
  );
}

/** It rests until it is tried again; after an error that no waiting cures, until somebody helps. */
function TriedAgain({ cluster: { state, parked, dueAt } }: { cluster: Cluster }) {
  if (!parked && rowOf(state).restMs === undefined) return null;
  return (
    <p className="notice">
      Hub could not {parked ? 'continue with' : 'delete'} this cluster and has told its operators.
      {dueAt && ` It tries again automatically at ${timeOfDay(dueAt)}.`}
    </p>
  );
}

/** At one place whatever is said below: what goes away takes its open dialog along. */
function Actions({ cluster, role }: { cluster: Cluster; role: Standing }) {
  // Else it stands beside what says so.
  const isHere = !isGone(flawOf(cluster));
  return (
    <div className="row">
      {isHere && mayAsk(cluster, 'delete', role, undefined) && <Delete cluster={cluster} look="plain" />}
    </div>
  );
}
