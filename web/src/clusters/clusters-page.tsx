/** All of somebody's clusters, as they are now. */
import { memo, useCallback, useDeferredValue, useMemo, useState } from 'react';
import { Link } from 'wouter';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { flawOf } from '../../../shared/flaws.ts';
import { aboutInDollars } from '../../../shared/money.ts';
import { leftInWords } from '../duration.ts';
import { useHub } from '../hub.ts';
import { type Live, listenToQuery, type Next, useLive } from '../live/live.ts';
import { MAX_CLUSTERS, MAX_DELETED, myDeleted } from '../live/my-clusters.ts';
import { Button } from '../parts/button.tsx';
import { ClockIcon, PlusIcon } from '../parts/icons.tsx';
import { lazyDialog } from '../parts/lazy.tsx';
import { LivePart } from '../parts/live-part.tsx';
import { Loading } from '../parts/loading.tsx';
import { Problem } from '../parts/problem.tsx';
import { useLimits, useMyAccount } from '../session/me.ts';
import type { SignedIn } from '../session/session.ts';
import { useStore } from '../store.ts';
import { dayAndTime, useTitle } from '../time.ts';
import { capital, eitherOf } from '../words.ts';
import { type Catalog, productLabel, regionLabel, useCatalog } from './catalog.ts';
import { ClusterProgress } from './cluster-progress.tsx';
import { CostSoFar } from './cost.tsx';
import { hindranceOf, isEnding, isMoving, type Tone, toneOf, toneOfCluster } from './lifecycle.ts';
import { dismiss, type Order, order, useOrders } from './orders.ts';
import { useLeft, useNearEnd } from './reading.ts';
import type { Filter } from './shown.ts';
import { StateBadge } from './state-badge.tsx';
import { sharedNames, Whose } from './twins.tsx';
import { useShown } from './use-shown.ts';

const CreateDialog = lazyDialog(() => import('./create-dialog.tsx'));

const FILTERS: readonly { filter: Filter; label: string; tones?: readonly Tone[] }[] = [
  { filter: 'all', label: 'All' },
  { filter: 'ready', label: 'Ready', tones: ['good'] },
  { filter: 'progress', label: 'In progress', tones: ['busy', 'waiting'] },
  { filter: 'attention', label: 'Need attention', tones: ['bad'] },
  { filter: 'deleted', label: 'Deleted' },
];

export function ClustersPage({ session }: { session: SignedIn }) {
  useTitle('Clusters');
  const { myClusters } = useHub();
  const live = useStore(myClusters);
  const [creating, setCreating] = useState(false);
  const open = (): void => setCreating(true);
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Clusters</h1>
          <Usage />
        </div>
        <Button
          look="primary"
          icon={<PlusIcon />}
          onClick={open}
          onPointerEnter={CreateDialog.preload}
          onFocus={CreateDialog.preload}
        >
          Create cluster
        </Button>
      </div>
      {creating && <CreateDialog onClose={() => setCreating(false)} />}
      <ClusterList live={live} session={session} onCreate={open} />
    </>
  );
}

/** How much of what they may have is taken, before a cluster has to wait for it. */
function Usage() {
  const account = useMyAccount();
  const { maxClusters: most } = useLimits();
  if (!account || most === undefined) return null;
  const { clusters, hourlyMicros } = account;
  return (
    <p className="muted">
      {clusters} of {most} in use{hourlyMicros > 0 && `, ${aboutInDollars(hourlyMicros)} per hour`}
    </p>
  );
}

interface ListProps {
  live: Live<readonly Cluster[]>;
  session: SignedIn;
  onCreate(): void;
}

function ClusterList({ live, session, onCreate }: ListProps) {
  const { filter, setFilter, text, setText } = useShown();
  const sought = useDeferredValue(text.trim().toLowerCase());
  const orders = useOrders(session.uid);
  const { catalog } = useCatalog();
  const all = live.kind === 'there' ? live.value : [];
  const shown = useMemo(() => {
    const tones = FILTERS.find((one) => one.filter === filter)?.tones;
    return all.filter(
      (cluster) => (!tones || tones.includes(toneOfCluster(cluster))) && isSought(cluster, catalog, sought),
    );
  }, [all, catalog, filter, sought]);
  const twins = useMemo(() => sharedNames(all), [all]);
  if (live.kind === 'loading') return <Loading what="your clusters" />;
  if (live.kind === 'ended')
    return (
      <section className="empty" role="alert">
        <h2>Your clusters cannot be shown</h2>
        <p>Reload the page. If that does not help, sign out and sign in again.</p>
      </section>
    );
  if (all.length === 0 && orders.length === 0 && filter !== 'deleted')
    return <NoClusters uid={session.uid} onCreate={onCreate} onDeleted={() => setFilter('deleted')} />;
  const count = ({ tones }: (typeof FILTERS)[number]): number =>
    all.filter((cluster) => tones?.includes(toneOfCluster(cluster)) ?? true).length;
  return (
    <>
      <div className="tools">
        <fieldset className="filters">
          <legend className="unseen">Show</legend>
          {FILTERS.map((one) => (
            <label key={one.filter} className="chip">
              <input
                type="radio"
                name="filter"
                checked={filter === one.filter}
                onChange={() => setFilter(one.filter)}
              />
              {one.label}
              {/* Those are not read where they are not shown. */}
              {one.filter !== 'deleted' && <span className="muted"> {count(one)}</span>}
            </label>
          ))}
        </fieldset>
        <input
          type="search"
          aria-label="Search by name, version, region or size"
          placeholder="Search"
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      </div>
      {filter === 'deleted' ? (
        <Deleted uid={session.uid} sought={sought} />
      ) : (
        <>
          <p className="unseen" role="status">
            {shown.length} of {all.length} clusters
          </p>
          <ul className="clusters">
            {orders.map((one) => (
              <OrderRow key={one.key} asked={one} />
            ))}
            {shown.map((cluster) => (
              <ClusterRow
                key={cluster.id}
                cluster={cluster}
                uid={session.uid}
                hasTwin={twins.has(cluster.name)}
              />
            ))}
          </ul>
          {shown.length === 0 && orders.length === 0 && <p className="muted">No cluster matches.</p>}
          {all.length >= MAX_CLUSTERS && (
            <p className="muted">
              These are {MAX_CLUSTERS} of your clusters. The others, and some that need attention may be among
              them, are listed by the API.
            </p>
          )}
        </>
      )}
    </>
  );
}

function OrderRow({ asked: { key, wish, error } }: { asked: Order }) {
  const hub = useHub();
  const { name } = wish;
  // What is refused once more is said here once more.
  const askAgain = (): void => void order(hub, key, wish, () => false).catch(() => undefined);
  return (
    <li className="cluster asked" aria-busy={!error}>
      <span className="cluster-name">{name}</span>
      {error ? (
        <Problem error={error}>
          <Button aria-label={`Ask again for ${name}`} onClick={askAgain}>
            Ask again
          </Button>
          <Button look="quiet" aria-label={`Dismiss ${name}`} onClick={() => dismiss(key)}>
            Dismiss
          </Button>
        </Problem>
      ) : (
        <span className="badge busy">
          <span className="spinner" aria-hidden="true" /> Requesting
        </span>
      )}
    </li>
  );
}

/** By what the document says, and by what the row says of it. */
function isSought({ id, name, spec }: Cluster, catalog: Catalog | undefined, sought: string): boolean {
  const { product, version, region, size } = spec;
  return (
    sought === '' ||
    [
      ...[name, id, version, size, product, productLabel(catalog, product)],
      ...[region, regionLabel(catalog, region)],
    ].some((text) => text.toLowerCase().includes(sought))
  );
}

interface NoneProps {
  uid: string;
  onCreate(): void;
  onDeleted(): void;
}

function NoClusters({ uid, onCreate, onDeleted }: NoneProps) {
  const { catalog } = useCatalog();
  const products = catalog?.products.map(({ label }) => label) ?? [];
  // One is enough to know it.
  const past = useDeleted(uid, 1);
  // Whoever has had one is not greeted as if they were new, be it for a moment.
  if (past.kind === 'loading') return <Loading what="your clusters" />;
  if (past.kind === 'there' && past.value.length > 0)
    return (
      <section className="empty">
        <h2>You have no clusters at the moment</h2>
        <p>Nothing is left of those that you had, and nothing is charged.</p>
        <Button look="primary" icon={<PlusIcon />} onClick={onCreate}>
          Create another one
        </Button>
        <button type="button" className="link" onClick={onDeleted}>
          Show deleted clusters
        </button>
      </section>
    );
  return (
    <section className="empty">
      <h2>Your first cluster is one click away</h2>
      <p>
        You get {products.length === 0 ? 'an application' : eitherOf(products)}, ready to use, on a Kubernetes
        cluster of your own. It has its own address and certificate, and only you and the people you invite
        can get in. Delete it when you are done, and nothing is left.
      </p>
      <Button look="primary" icon={<PlusIcon />} onClick={onCreate}>
        Create your first cluster
      </Button>
    </section>
  );
}

function useDeleted(uid: string, most?: number): Live<readonly Cluster[]> {
  const { firebase } = useHub();
  const listen = useCallback(
    (next: Next<readonly Cluster[]>) => listenToQuery<Cluster>(myDeleted(firebase.db, uid, most), next),
    [firebase, uid, most],
  );
  return useLive(listen);
}

function Deleted({ uid, sought }: { uid: string; sought: string }) {
  const live = useDeleted(uid);
  const { catalog } = useCatalog();
  return (
    <div className="stack">
      <p className="muted">
        Deleted clusters are listed for 30 days, with the proof that nothing of them is left.
      </p>
      <LivePart live={live} what="your deleted clusters">
        {(all) => (
          <DeletedList
            uid={uid}
            clusters={all.filter((cluster) => isSought(cluster, catalog, sought))}
            isCut={all.length >= MAX_DELETED}
          />
        )}
      </LivePart>
    </div>
  );
}

interface DeletedProps {
  uid: string;
  clusters: readonly Cluster[];
  /** There may be more than were read. */
  isCut: boolean;
}

function DeletedList({ uid, clusters, isCut }: DeletedProps) {
  const twins = sharedNames(clusters);
  return (
    <>
      {clusters.length === 0 ? (
        <p className="muted">
          {isCut ? `There are none among your newest ${MAX_DELETED} deleted clusters.` : 'There are none.'}
        </p>
      ) : (
        <ul className="clusters">
          {clusters.map((cluster) => (
            <ClusterRow key={cluster.id} cluster={cluster} uid={uid} hasTwin={twins.has(cluster.name)} />
          ))}
        </ul>
      )}
      {isCut && (
        <p className="muted">
          Only your newest {MAX_DELETED} deleted clusters are read here; <code>hub list --all</code> has the
          rest.
        </p>
      )}
    </>
  );
}

interface RowProps {
  cluster: Cluster;
  uid: string;
  /** Another one of the list is called so too. */
  hasTwin: boolean;
}

const ClusterRow = memo(function ClusterRow({ cluster, uid, hasTwin }: RowProps) {
  const { id, name, state, spec, conditions } = cluster;
  const flaw = flawOf(cluster);
  const { regionLabel, productLabel } = useCatalog();
  const role = cluster.members[uid];
  const hindrance = hindranceOf(cluster);
  return (
    <li className="cluster">
      <div className="cluster-main">
        <Link href={`/clusters/${id}`} className="cluster-name">
          {name}
        </Link>
        {hasTwin && (
          <span className="small">
            <Whose cluster={cluster} />
          </span>
        )}
        <span className="muted small">
          {productLabel(spec.product)} {spec.version} · {regionLabel(spec.region)} · {capital(spec.size)}
          {role !== 'owner' && role !== undefined && ` · you are its ${role}`}
        </span>
      </div>
      <div className="cluster-state">
        <StateBadge state={state} conditions={conditions} />
        {flaw && <span className="small">{flaw.message}</span>}
        {cluster.expiresAt && <EndsSoon cluster={cluster} />}
        {cluster.handOverUntilAt && !isEnding(state) && (
          <span className="small">
            <ClockIcon /> Deleted on {dayAndTime(cluster.handOverUntilAt)} unless another owner takes it over
          </span>
        )}
        {/* What waits goes nowhere meanwhile. */}
        {isMoving(state) && toneOf(state) !== 'waiting' && (
          <>
            <ClusterProgress cluster={cluster} />
            <Left cluster={cluster} />
          </>
        )}
        {hindrance && <span className="small">{hindrance}</span>}
      </div>
      <div className="cluster-cost small muted">
        <CostSoFar cluster={cluster} />
        <span>{bornOrGone(cluster)}</span>
      </div>
    </li>
  );
});

const bornOrGone = ({ state, createdAt, since }: Cluster): string =>
  toneOf(state) === 'over' ? `Deleted ${dayAndTime(since)}` : `Created ${dayAndTime(createdAt)}`;

function EndsSoon({ cluster }: { cluster: Cluster }) {
  const leftMs = useNearEnd(cluster);
  return leftMs === undefined ? null : (
    <span className="small">
      <ClockIcon /> Deleted automatically in {leftInWords(leftMs)}
    </span>
  );
}

function Left({ cluster }: { cluster: Cluster }) {
  const left = useLeft(cluster);
  return left === undefined ? null : <span className="muted small">{left}</span>;
}
