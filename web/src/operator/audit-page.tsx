/** Who did what, as it happens. */
import { collection, limit, orderBy, query } from 'firebase/firestore';
import { useMemo } from 'react';
import { Link } from 'wouter';
import type { AuditAction, AuditEntry } from '../../../shared/documents/audit.ts';
import { AUDIT } from '../../../shared/documents/paths.ts';
import { useHub } from '../hub.ts';
import { type Live, listenToQuery, type Next, useLive } from '../live/live.ts';
import { dayAndTime, useTitle } from '../time.ts';
import { Ago, Fact } from './facts.tsx';
import { LivePart } from './live-part.tsx';

const MOST_ENTRIES = 100;

/** What an actor did, in words. */
const DID: Readonly<Record<AuditAction, string>> = {
  create: 'Asked for a cluster',
  claim: 'Was given a spare',
  delete: 'Deleted a cluster',
  retry: 'Tried a cluster again',
  share: 'Changed who may use a cluster',
  invite: 'Invited somebody to a cluster',
  'withdraw-invitation': 'Withdrew an invitation',
  'issue-credentials': 'Took credentials of a cluster',
  'set-limits': 'Set the limits of an account',
  'decline-request': 'Declined a request for more',
  throttle: 'Throttled an account',
  suspend: 'Suspended an account',
  restore: 'Restored an account',
  'set-pool': 'Changed a pool',
  replay: 'Replayed a dead letter',
  'delete-orphan': 'Had an orphan deleted',
  'delete-account': 'Asked for an account to be deleted',
  'close-account': 'Found nothing left of an account',
};

export function AuditPage() {
  useTitle('Audit log');
  const entries = useEntries();
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Audit log</h1>
          <p className="muted">Who did what, the last thing first. Nothing in it is ever changed.</p>
        </div>
      </div>
      <LivePart live={entries} what="the audit log">
        {(all) =>
          all.length === 0 ? (
            <p className="muted">Nobody has done anything yet.</p>
          ) : (
            <>
              <ul className="stack">
                {all.map((entry) => (
                  <Entry key={entry.id} entry={entry} />
                ))}
              </ul>
              {all.length >= MOST_ENTRIES && (
                <p className="muted">These are the newest {MOST_ENTRIES}; the API lists the others.</p>
              )}
            </>
          )
        }
      </LivePart>
    </>
  );
}

function useEntries(): Live<readonly AuditEntry[]> {
  const { firebase } = useHub();
  const listen = useMemo(() => {
    const newest = query(collection(firebase.db, AUDIT), orderBy('at', 'desc'), limit(MOST_ENTRIES));
    return (next: Next<readonly AuditEntry[]>) => listenToQuery<AuditEntry>(newest, next);
  }, [firebase]);
  return useLive(listen);
}

function Entry({ entry: { action, actor, at, target, cluster, subject, reason } }: { entry: AuditEntry }) {
  return (
    <li className="card tight">
      <div className="trouble-head">
        <h2>{DID[action]}</h2>
        <span className="muted small">
          <Ago at={at} />
        </span>
      </div>
      <dl className="small trouble-facts">
        <Fact label="Who">
          <code>{actor}</code>
        </Fact>
        <Fact label="When">{dayAndTime(at)}</Fact>
        <Fact label="What">
          {cluster === undefined ? (
            <code>{target}</code>
          ) : (
            <Link href={`/clusters/${cluster}`}>
              <code>{cluster}</code>
            </Link>
          )}
        </Fact>
        {subject !== undefined && (
          <Fact label="Whom">
            <code>{subject}</code>
          </Fact>
        )}
        {reason !== undefined && <Fact label="Why">{reason}</Fact>}
      </dl>
    </li>
  );
}
