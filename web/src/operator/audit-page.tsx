/** Who did what, as it happens: of all, or of the cluster or the person that the page's address asks for, so that it can be linked to. */
import { collection, limit, orderBy, query, where } from 'firebase/firestore';
import { type FormEvent, useMemo, useRef, useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import type { AuditAction, AuditEntry } from '../../../shared/documents/audit.ts';
import { AUDIT } from '../../../shared/documents/paths.ts';
import { useHub } from '../hub.ts';
import { type Live, listenToQuery, type Next, useLive } from '../live/live.ts';
import { Button } from '../parts/button.tsx';
import { Ago } from '../parts/facts.tsx';
import { Field, Select } from '../parts/field.tsx';
import { dayAndTime, useTitle } from '../time.ts';
import { type Asked, addressOf, askedIn } from './audit.ts';
import { LivePart } from './live-part.tsx';

/** Shown at first, and more of with each press. */
const PAGE = 100;

/** What an actor did, in words. */
const DID: Readonly<Record<AuditAction, string>> = {
  create: 'Asked for a cluster',
  claim: 'Got a spare',
  delete: 'Deleted a cluster',
  retry: 'Tried a cluster again',
  share: 'Changed who may use a cluster',
  extend: 'Extended the lifetime of a cluster',
  transfer: 'Changed who pays for a cluster',
  invite: 'Invited somebody to a cluster',
  'withdraw-invitation': 'Withdrew an invitation',
  'issue-credentials': 'Got credentials for a cluster',
  'sign-in': 'Signed in to a cluster',
  'set-limits': 'Set the limits of an account',
  'decline-request': 'Declined a request for more',
  throttle: 'Throttled an account',
  suspend: 'Suspended an account',
  restore: 'Restored an account',
  'set-pool': 'Changed a pool',
  replay: 'Replayed a dead letter',
  dismiss: 'Dismissed a dead letter',
  'delete-orphan': 'Had an orphan deleted',
  'delete-account': 'Asked for an account to be deleted',
  'close-account': 'Finished deleting an account',
};

export function AuditPage() {
  useTitle('Audit log');
  const asked = askedIn(useSearch());
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Audit log</h1>
          <p className="muted">Who did what, newest first. Entries never change.</p>
        </div>
      </div>
      {/* The address may ask for another one without anybody having typed. */}
      <Search key={addressOf(asked)} asked={asked} />
      <Entries key={`of ${addressOf(asked)}`} asked={asked} />
    </>
  );
}

function Entries({ asked }: { asked: Asked | undefined }) {
  const [most, setMost] = useState(PAGE);
  const live = useEntries(asked, most);
  // Those that are there stay while more are on their way.
  const last = useRef(live);
  if (live.kind !== 'loading') last.current = live;
  return (
    <LivePart live={last.current} what="the audit log">
      {(all) =>
        all.length === 0 ? (
          <p className="muted">{nothingOf(asked)}</p>
        ) : (
          <>
            <ul className="card audit">
              {all.map((entry) => (
                <Entry key={entry.id} entry={entry} />
              ))}
            </ul>
            {all.length >= most || live.kind === 'loading' ? (
              <div className="row">
                <Button busy={live.kind === 'loading'} onClick={() => setMost(most + PAGE)}>
                  Load more
                </Button>
              </div>
            ) : (
              all.length > PAGE && <p className="muted">That is all.</p>
            )}
          </>
        )
      }
    </LivePart>
  );
}

const nothingOf = (asked: Asked | undefined): string =>
  asked === undefined
    ? 'Nobody has done anything yet.'
    : asked.id.includes('@')
      ? 'The audit log knows people by their uid, not by their address. The page Quotas shows the uid of each account.'
      : 'There are no entries for this id.';

function Search({ asked }: { asked: Asked | undefined }) {
  const [, go] = useLocation();
  const [by, setBy] = useState<Asked['by']>(asked?.by ?? 'cluster');
  const [id, setId] = useState(asked?.id ?? '');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    go(addressOf({ by, id: id.trim() }));
  };
  return (
    <form className="invite audit-search" onSubmit={submit}>
      <Field label="Cluster id or uid">
        {(field) => (
          <input
            id={field}
            required
            autoComplete="off"
            spellCheck={false}
            value={id}
            onChange={({ target }) => setId(target.value)}
          />
        )}
      </Field>
      <Select
        label="of"
        value={by}
        options={[
          ['cluster', 'a cluster'],
          ['actor', 'a person'],
        ]}
        onChange={(value) => setBy(value as Asked['by'])}
      />
      <div className="row">
        <Button type="submit">Show</Button>
        {asked && <Link href={addressOf(undefined)}>Show all</Link>}
      </div>
    </form>
  );
}

function useEntries(asked: Asked | undefined, most: number): Live<readonly AuditEntry[]> {
  const { firebase } = useHub();
  const [by, id] = [asked?.by, asked?.id];
  const listen = useMemo(() => {
    const newest = query(
      collection(firebase.db, AUDIT),
      ...(by === undefined ? [] : [where(by, '==', id)]),
      orderBy('at', 'desc'),
      limit(most),
    );
    return (next: Next<readonly AuditEntry[]>) => listenToQuery<AuditEntry>(newest, next);
  }, [firebase, by, id, most]);
  return useLive(listen);
}

/** What only another version of Hub knows is called as that calls it. */
const didOf = (action: AuditEntry['action']): string =>
  Object.hasOwn(DID, action) ? DID[action as AuditAction] : action;

function Entry({ entry: { action, actor, at, target, cluster, subject, reason } }: { entry: AuditEntry }) {
  return (
    <li>
      <div>
        <h2>{didOf(action)}</h2>
        {reason !== undefined && <p className="muted small">{reason}</p>}
      </div>
      <p className="small">
        <span className="muted">by </span>
        <Link href={addressOf({ by: 'actor', id: actor })}>
          <code>{actor}</code>
        </Link>
      </p>
      <p className="small">
        <span className="muted">on </span>
        {cluster === undefined ? (
          <code>{target}</code>
        ) : (
          <Link href={`/clusters/${cluster}`}>
            <code>{cluster}</code>
          </Link>
        )}
        {subject !== undefined && (
          <>
            <span className="muted"> for </span>
            <code>{subject}</code>
          </>
        )}
      </p>
      <p className="muted small">
        {dayAndTime(at)}
        <br />
        <Ago at={at} />
      </p>
    </li>
  );
}
