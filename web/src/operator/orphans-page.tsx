/** What leaks: each thing in the cloud that no cluster claims, with whose it was, what it costs, and a button. */
import { useState } from 'react';
import { Link } from 'wouter';
import { costOfOrphan } from '../../../shared/lifecycle/cost.ts';
import { aboutInDollars } from '../../../shared/money.ts';
import { must } from '../api/client.ts';
import { CENT_MS, useCloudElapsed } from '../clusters/reading.ts';
import { durationInWords } from '../duration.ts';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import { Ago, Fact } from '../parts/facts.tsx';
import { CheckIcon, ClockIcon, DotIcon, WarningIcon } from '../parts/icons.tsx';
import { dayAndTime, useTitle } from '../time.ts';
import { LivePart } from './live-part.tsx';
import {
  costsByContent,
  KINDS,
  type LiveOrphan,
  MAX_RECENT,
  useFoundThisWeek,
  useOrphans,
} from './orphans.ts';
import { ReasonDialog } from './reason-dialog.tsx';

export function OrphansPage() {
  useTitle('Orphans');
  const orphans = useOrphans();
  const week = useFoundThisWeek();
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Orphans</h1>
          <p className="muted">
            Things in the cloud that belong to no cluster. Hub checks every quarter of an hour, and deletes
            what is provably its own.
          </p>
        </div>
      </div>
      <LivePart live={orphans} what="what leaks">
        {(open) => (
          <>
            {open.length === 0 ? <NothingLeaks /> : <Leaking open={open} />}
            <LivePart live={week} what="what was found lately">
              {(found) => <Week found={found} />}
            </LivePart>
          </>
        )}
      </LivePart>
    </>
  );
}

function NothingLeaks() {
  return (
    <section className="empty">
      <span className="calm">
        <CheckIcon />
      </span>
      <h2>Nothing leaks.</h2>
      <p>
        Everything that Hub has in the cloud belongs to a cluster. Anything that does not appears here
        automatically.
      </p>
    </section>
  );
}

function Leaking({ open }: { open: readonly LiveOrphan[] }) {
  const hourlyMicros = open.reduce((sum, one) => sum + one.hourlyMicros, 0);
  return (
    <section className="trouble" aria-label="What leaks">
      <p className="notice">
        {open.length === 1 ? 'One thing leaks' : `${open.length} things leak`}
        {hourlyMicros > 0 && `, at ${aboutInDollars(hourlyMicros)} per hour`}.
      </p>
      <ul className="stack">
        {open
          .toSorted((a, b) => b.hourlyMicros - a.hourlyMicros || a.foundAt.getTime() - b.foundAt.getTime())
          .map((orphan) => (
            <One key={orphan.id} orphan={orphan} />
          ))}
      </ul>
    </section>
  );
}

const STATES = {
  found: { tone: 'waiting', label: 'To be deleted', Icon: ClockIcon },
  deleting: { tone: 'busy', label: 'Being deleted', Icon: DotIcon },
  unproven: { tone: 'bad', label: 'Not proven to be Hub’s', Icon: WarningIcon },
  gone: { tone: 'good', label: 'Gone', Icon: CheckIcon },
} as const;

function Badge({ state }: Pick<LiveOrphan, 'state'>) {
  const { tone, label, Icon } = STATES[state];
  return (
    <span className={`badge ${tone}`}>
      <Icon />
      {label}
    </span>
  );
}

function One({ orphan }: { orphan: LiveOrphan }) {
  const { kind, name, location, clusterId, owner, createdAt, foundAt, state, lastError, asked } = orphan;
  return (
    <li className="card tight">
      <div className="trouble-head">
        <div>
          <h2>{KINDS[kind]}</h2>
          <p className="small trouble-owner">
            <code>{name}</code>
          </p>
        </div>
        <Badge state={state} />
      </div>
      {state === 'unproven' && (
        <div className="problem">
          <div>
            <p>
              <strong>It has a name like Hub’s own resources, but nothing proves that it is one.</strong>
            </p>
            <p>
              Hub leaves it alone. Find out whose it is; if nobody needs it, delete it in the cloud’s console.
              This record then closes automatically.
            </p>
          </div>
        </div>
      )}
      {lastError && (
        <div className="problem">
          <div>
            <p>
              <strong>It could not be deleted yet.</strong>
            </p>
            <p>{lastError.message}</p>
          </div>
        </div>
      )}
      <dl className="small trouble-facts">
        <Fact label="Costs">
          <Cost orphan={orphan} />
        </Fact>
        <Fact label="Where">{location}</Fact>
        <Fact label="Found">
          {dayAndTime(foundAt)} (<Ago at={foundAt} />)
        </Fact>
        {createdAt && <Fact label="Made">{dayAndTime(createdAt)}</Fact>}
        {clusterId !== undefined && (
          <Fact label="Cluster">
            <Link href={`/clusters/${clusterId}`}>{clusterId}</Link>
          </Fact>
        )}
        <Fact label="Whose">{owner ?? 'Nobody that Hub knows'}</Fact>
      </dl>
      {asked ? (
        <p className="small muted">
          {asked.actor} asked to delete it at once: {asked.reason}
        </p>
      ) : (
        state === 'found' && <DeleteNow orphan={orphan} />
      )}
    </li>
  );
}

function Cost({ orphan }: { orphan: LiveOrphan }) {
  const elapsed = useCloudElapsed(CENT_MS);
  if (costsByContent(orphan)) return <>depends on what it holds</>;
  if (orphan.hourlyMicros === 0) return <>nothing</>;
  return (
    <>
      {aboutInDollars(orphan.hourlyMicros)} per hour, {aboutInDollars(costOfOrphan(orphan, elapsed))} so far
    </>
  );
}

function DeleteNow({ orphan: { id, kind, name } }: { orphan: LiveOrphan }) {
  const { api } = useHub();
  const [open, setOpen] = useState(false);
  const what = `${KINDS[kind].toLowerCase()} ${name}`;
  return (
    <div className="row">
      <Button aria-label={`Delete now: the ${what}`} onClick={() => setOpen(true)}>
        Delete now
      </Button>
      {open && (
        <ReasonDialog
          title="Delete it now?"
          description={`Hub deletes the ${what} now instead of at the next sweep. First it checks again that it belongs to no cluster.`}
          label="Why now"
          hint="It is stored with the record."
          verb="Delete it"
          look="danger"
          act={async (reason, tell) => {
            await must(
              api.post('/v1/admin/orphans/{id}:delete', { params: { path: { id } }, body: { reason } }),
            );
            tell('It is being deleted.');
          }}
          onClose={() => setOpen(false)}
        />
      )}
    </div>
  );
}

/** How often it happened: each time is a fault of Hub's or of the cloud's. */
function Week({ found }: { found: readonly LiveOrphan[] }) {
  const gone = found.filter(({ state }) => state === 'gone');
  if (gone.length === 0) return null;
  const count = found.length >= MAX_RECENT ? `${MAX_RECENT} or more` : String(found.length);
  return (
    <section className="card tight orphans-gone" aria-label="Already gone">
      <div>
        <h2>Already gone</h2>
        <p className="muted small">
          {count} found in the last seven days. There should be none: find out the cause of each.
        </p>
      </div>
      <ul>
        {gone.map((orphan) => (
          <Gone key={orphan.id} orphan={orphan} />
        ))}
      </ul>
    </section>
  );
}

function Gone({ orphan }: { orphan: LiveOrphan }) {
  const { kind, name, location, foundAt, goneAt, owner } = orphan;
  const elapsed = useCloudElapsed(CENT_MS);
  return (
    <li className="small">
      <span>
        {KINDS[kind]} <code>{name}</code>
        <span className="muted">
          {' '}
          in {location}
          {owner !== undefined && `, of ${owner}`}
        </span>
      </span>
      <span className="muted">
        {dayAndTime(foundAt)}
        {goneAt && `, gone after ${durationInWords(goneAt.getTime() - foundAt.getTime())}`}
        {orphan.hourlyMicros > 0 && `, ${aboutInDollars(costOfOrphan(orphan, elapsed))}`}
      </span>
    </li>
  );
}
