/** Accounts that make nothing new, or nothing at all, because Hub or an operator doubts them; what begins that, and what ends it. */
import { collection, limit, orderBy, query } from 'firebase/firestore';
import { useMemo, useState } from 'react';
import { ACCOUNTS } from '../../../shared/documents/paths.ts';
import { isSuspended } from '../../../shared/standing.ts';
import { must } from '../api/client.ts';
import { useHub } from '../hub.ts';
import { type Live, listenToQuery, type Next, useLive } from '../live/live.ts';
import { Button } from '../parts/button.tsx';
import { Select } from '../parts/field.tsx';
import { dayAndTime } from '../time.ts';
import { type Account, MAX_ACCOUNTS } from './allowances.ts';
import { LivePart } from './live-part.tsx';
import { ReasonDialog } from './reason-dialog.tsx';

/** The last one first. */
export function useDoubted(): Live<readonly Account[]> {
  const { firebase } = useHub();
  const listen = useMemo(() => {
    const doubted = query(
      collection(firebase.db, ACCOUNTS),
      orderBy('standing.since', 'desc'),
      limit(MAX_ACCOUNTS),
    );
    return (next: Next<readonly Account[]>) => listenToQuery<Account>(doubted, next);
  }, [firebase]);
  return useLive(listen);
}

/** Why, where it was a rule of Hub's. */
const SIGNALS: Readonly<Record<string, string>> = {
  busy: 'The processors of its cluster were fully busy for a long time.',
  traffic: 'Its cluster sent very much for a long time.',
  'sign-ups': 'It is one of unusually many new accounts.',
};

export function Doubted({
  live,
  nameOf,
}: {
  live: Live<readonly Account[]>;
  nameOf(account: Account): string;
}) {
  return (
    <LivePart live={live} what="the accounts that are held">
      {(all) =>
        all.length > 0 && (
          <section className="card" aria-labelledby="doubted">
            <h2 id="doubted">
              {all.length === 1 ? 'One account is held' : `${all.length} accounts are held`}
            </h2>
            <ul className="requests">
              {all.map((account) => (
                <Held key={account.id} account={account} name={nameOf(account)} />
              ))}
            </ul>
          </section>
        )
      }
    </LivePart>
  );
}

/** An operator has suspended it: nothing more can be done to it. What Hub has suspended by itself an operator may still suspend. */
export const isHeldForGood = (standing: Account['standing']): boolean =>
  isSuspended(standing) && standing?.by !== 'hub';

function Held({ account, name }: { account: Account; name: string }) {
  const [open, setOpen] = useState<'restore' | 'hold'>();
  const { id, standing, clusters } = account;
  if (!standing) return null;
  const { reason, since, by } = standing;
  const close = (): void => setOpen(undefined);
  return (
    <li>
      <div>
        <p>
          <strong className="trouble-owner">{name}</strong>{' '}
          {isSuspended(standing)
            ? 'is suspended: can only view and delete'
            : 'is throttled: cannot create anything new'}
          {clusters > 0 &&
            `, and has ${clusters === 1 ? 'a running cluster' : `${clusters} running clusters`}`}
          .
        </p>
        <blockquote>{SIGNALS[reason] ?? reason}</blockquote>
        <p className="muted small">
          Since {dayAndTime(since)}, by {by === 'hub' ? 'Hub itself' : by}
        </p>
      </div>
      <div className="row">
        <Button aria-label={`Restore the account of ${name}`} onClick={() => setOpen('restore')}>
          Restore
        </Button>
        {isSuspended(standing) && by === 'hub' && (
          <Button aria-label={`Keep the account of ${name} suspended`} onClick={() => setOpen('hold')}>
            Keep suspended
          </Button>
        )}
      </div>
      {open === 'restore' && <RestoreDialog uid={id} name={name} onClose={close} />}
      {open === 'hold' && <HoldDialog account={account} name={name} onClose={close} />}
    </li>
  );
}

function RestoreDialog({ uid, name, onClose }: { uid: string; name: string; onClose(): void }) {
  const { api } = useHub();
  return (
    <ReasonDialog
      title="Restore the account"
      description={`${name} can then do what everybody can. If Hub suspects the account again, it starts with throttling.`}
      label="Why you restore it"
      hint="It is stored in the audit log, with your name."
      verb="Restore"
      act={async (reason, tell) => {
        const body = { standing: { state: 'good' as const, reason } };
        await must(api.put('/v1/admin/accounts/{id}', { params: { path: { id: uid } }, body }));
        tell(`${name} can create clusters again.`);
      }}
      onClose={onClose}
    />
  );
}

const HOLDS = {
  throttled: 'Throttle: cannot create anything new',
  suspended: 'Suspend: can only view and delete',
} as const;
type Hold = keyof typeof HOLDS;

/** What becomes of what they have, as docs/operations.md has it. */
const consequenceOf = (name: string, isClosing: boolean, state: Hold): string => {
  if (!isClosing) return `What ${name} has keeps running; what waits in the queue keeps waiting.`;
  return state === 'suspended'
    ? `${name} is deleting their account: while it is suspended by an operator, nobody can take over the clusters that they pay for, and these are deleted when the time of their other owners is over.`
    : `${name} is deleting their account: that goes on, and what other owners were asked to take over they may.`;
};

interface HoldProps {
  account: Account;
  name: string;
  onClose(): void;
}

export function HoldDialog({ account: { id: uid, standing, closing }, name, onClose }: HoldProps) {
  const { api } = useHub();
  const wasSuspended = isSuspended(standing);
  const [state, setState] = useState<Hold>(wasSuspended ? 'suspended' : 'throttled');
  return (
    <ReasonDialog
      title={wasSuspended ? 'Keep the account suspended' : 'Hold the account'}
      description={`This holds until an operator restores the account. ${consequenceOf(name, closing !== undefined, state)}`}
      label="Why"
      hint="It is stored in the audit log, with your name."
      verb={state === 'throttled' ? 'Throttle' : 'Suspend'}
      look="danger"
      act={async (reason, tell) => {
        const body = { standing: { state, reason } };
        await must(api.put('/v1/admin/accounts/{id}', { params: { path: { id: uid } }, body }));
        tell(`The account of ${name} is ${state}.`);
      }}
      onClose={onClose}
    >
      {!wasSuspended && (
        <Select
          label="How"
          value={state}
          options={Object.entries(HOLDS)}
          onChange={(value) => setState(value as Hold)}
        />
      )}
    </ReasonDialog>
  );
}
