/** All clusters that need somebody, with what to do about each. */
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { flawOf, remedyOf } from '../../../shared/flaws.ts';
import { RETRY, rowOf } from '../../../shared/lifecycle/table.ts';
import { Delete, Retry } from '../clusters/commands.tsx';
import { mayAsk } from '../clusters/lifecycle.ts';
import { StateBadge } from '../clusters/state-badge.tsx';
import { type Live, mapLive } from '../live/live.ts';
import { Ago, Fact } from '../parts/facts.tsx';
import { CheckIcon } from '../parts/icons.tsx';
import { useMyAccount } from '../session/me.ts';
import { dayAndTime, useTitle } from '../time.ts';
import { LivePart } from './live-part.tsx';
import { valuesOf } from './recent.ts';
import { useShapeInWords } from './shape.ts';
import {
  FAULTS,
  type Fault,
  MAX_TROUBLED,
  ownerOf,
  useFlawed,
  useOverdue,
  useParked,
  useTroubled,
} from './trouble.ts';

type Filter = Fault | 'all';

/** One kind of trouble, listened to by itself. */
interface Part {
  title: string;
  /** What the page cannot show where its listener has ended. */
  what: string;
  live: Live<readonly Cluster[]>;
  notice?: ListProps['notice'];
}

export function TroublePage() {
  useTitle('Trouble');
  const overdue = useOverdue();
  const late = new Set(valuesOf(overdue).map(({ id }) => id));
  const parked = mapLive(useParked(), (all) => all.filter(({ id }) => !late.has(id)));
  const flawed = mapLive(useFlawed(), (all) => all.filter(({ id }) => !late.has(id)));
  const troubled = mapLive(useTroubled(), (all) =>
    all.toSorted((a, b) => b.since.getTime() - a.since.getTime()),
  );
  const [filter, setFilter] = useState<Filter>('all');
  const parts: readonly Part[] = [
    { title: 'Overdue', what: 'what is overdue', live: overdue, notice: ofOverdue },
    { title: 'Parked', what: 'what is parked', live: parked, notice: ofParked },
    { title: 'Needs help', what: 'what needs help', live: troubled },
    { title: 'Not usable', what: 'what is not usable', live: flawed, notice: ofFlawed },
  ];
  const all = parts.flatMap(({ live }) => valuesOf(live));
  // Only what was looked at in full is known to be empty.
  const isKnown = parts.every(({ live }) => live.kind === 'there');
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Trouble</h1>
          <p className="muted">Clusters of all users that need help to continue.</p>
        </div>
      </div>
      {isKnown && all.length === 0 && <NothingWrong />}
      {all.length > 0 && <Filters all={all} filter={filter} onFilter={setFilter} />}
      {parts.map(({ title, what, live, notice }) => (
        <LivePart key={title} live={live} what={what}>
          {(clusters) => (
            <List title={title} clusters={clusters.filter(isOf(filter))} {...(notice && { notice })} />
          )}
        </LivePart>
      ))}
      {all.length > 0 && !all.some(isOf(filter)) && <p className="muted">No cluster matches.</p>}
      {valuesOf(troubled).length >= MAX_TROUBLED && (
        <p className="muted">These are the oldest {MAX_TROUBLED}; there are more.</p>
      )}
    </>
  );
}

const isOf =
  (filter: Filter) =>
  ({ error, parked }: Cluster): boolean =>
    filter === 'all' || (parked ? 'hub' : error?.fault) === filter;

function NothingWrong() {
  return (
    <section className="empty">
      <span className="calm">
        <CheckIcon />
      </span>
      <h2>Nothing is wrong</h2>
      <p>
        Every cluster is ready and in order, at rest, or in progress. Any cluster that needs help appears here
        automatically.
      </p>
    </section>
  );
}

interface FiltersProps {
  all: readonly Cluster[];
  filter: Filter;
  onFilter(filter: Filter): void;
}

function Filters({ all, filter, onFilter }: FiltersProps) {
  const options: readonly (readonly [Filter, string])[] = [
    ['all', 'All'],
    ...(Object.entries(FAULTS) as [Fault, string][]),
  ];
  return (
    <div className="tools">
      <fieldset className="filters">
        <legend className="unseen">Whose fault</legend>
        {options.map(([one, label]) => (
          <label key={one} className="chip">
            <input type="radio" name="fault" checked={filter === one} onChange={() => onFilter(one)} />
            {label}
            <span className="muted">{all.filter(isOf(one)).length}</span>
          </label>
        ))}
      </fieldset>
      <p className="unseen" role="status">
        {all.filter(isOf(filter)).length} of {all.length} clusters
      </p>
    </div>
  );
}

interface ListProps {
  title: string;
  clusters: readonly Cluster[];
  /** What they have in common. */
  notice?: (these: string) => ReactNode;
}

function List({ title, clusters, notice }: ListProps) {
  if (clusters.length === 0) return null;
  return (
    <section className="trouble" aria-label={title}>
      {notice && (
        <p className="notice">{notice(clusters.length === 1 ? 'this cluster' : 'these clusters')}</p>
      )}
      <ul className="stack">
        {clusters.map((cluster) => (
          <Troubled key={cluster.id} cluster={cluster} />
        ))}
      </ul>
    </section>
  );
}

const ofOverdue = (these: string): string =>
  `Hub should have looked at ${these} minutes ago. If this does not resolve soon, check that the Scheduler runs and the functions answer.`;

const ofParked = (these: string): ReactNode => (
  <>
    Hub could not continue with {these} and waits for an hour, in case it was only an outage. To try again at
    once, replay the <Link href="/operator/dead-letters">dead letters</Link>.
  </>
);

const ofFlawed = (these: string): string =>
  `People cannot use ${these} as they should, although Hub has nothing left to do. Members are told the same.`;

function Troubled({ cluster }: { cluster: Cluster }) {
  const { id, name, state, error, parked, dueAt, since, spec, location, conditions } = cluster;
  const flaw = flawOf(cluster);
  const inWords = useShapeInWords();
  const account = useMyAccount();
  return (
    <li className="card tight">
      <div className="trouble-head">
        <div>
          <h2>
            <Link href={`/clusters/${id}`}>{name}</Link>
          </h2>
          <p className="small trouble-owner">{ownerOf(cluster)}</p>
        </div>
        <StateBadge state={state} conditions={conditions} />
      </div>
      {flaw && (
        <div className="problem">
          <div>
            <Sentence text={flaw.message} />
            <p>{remedyOf(flaw)}</p>
          </div>
        </div>
      )}
      {error && (
        <div className="problem">
          <div>
            <Sentence text={error.message} />
            <p>{error.remedy}</p>
          </div>
        </div>
      )}
      {parked && <p className="letter-reason">{parked.reason}</p>}
      <dl className="small trouble-facts">
        {parked && (
          <Fact label="Parked">
            <Ago at={parked.at} />
          </Fact>
        )}
        {flaw && (
          <Fact label="Found">
            <Ago at={flaw.since} />
          </Fact>
        )}
        {error && <Fact label="Whose fault">{FAULTS[error.fault]}</Fact>}
        {error && (
          <Fact label="Code">
            <code>{error.code}</code>
          </Fact>
        )}
        {dueAt && (
          <Fact label={parked ? 'Next try' : 'Due'}>{parked ? dayAndTime(dueAt) : <Ago at={dueAt} />}</Fact>
        )}
        <Fact label="Since">
          {dayAndTime(since)} (<Ago at={since} />)
        </Fact>
        <Fact label="Tries">{triesOf(cluster)}</Fact>
        <Fact label="What">
          {inWords(spec)}
          {location !== undefined && location !== spec.region && `, in ${location}`}
        </Fact>
      </dl>
      <div className="row">
        {mayAsk(cluster, 'retry', 'operator', account) && <Retry cluster={cluster} named />}
        {mayAsk(cluster, 'delete', 'operator', undefined) && <Delete cluster={cluster} named />}
        <Link className="button quiet" href={`/clusters/${id}`}>
          Its timeline
        </Link>
      </div>
    </li>
  );
}

/** What happened is its first sentence; what else is known, often a log, is for who wants it. */
function Sentence({ text }: { text: string }) {
  const end = text.search(/[.!?]\s/) + 1;
  return (
    <>
      <p>
        <strong>{end > 0 ? text.slice(0, end) : text}</strong>
      </p>
      {end > 0 && <p className="small">{text.slice(end + 1)}</p>}
    </>
  );
}

/** How often it was begun, and how often the present step has failed where one is at work. */
function triesOf({ generation, attempts, state }: Cluster): string {
  const begun = generation === 1 ? 'created once' : `created ${generation} times`;
  const row = rowOf(state);
  return row.step === undefined
    ? begun
    : `${begun}; this step has failed ${attempts} of at most ${RETRY[row.retry].attempts} times`;
}
