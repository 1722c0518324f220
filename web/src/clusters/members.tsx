/** Who may use it. Members come with the document, live; who is invited and has not come yet is asked of the API. */
import { useCallback, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { Cluster, Role } from '../../../shared/documents/cluster.ts';
import { INVITATION_DAYS } from '../../../shared/limits.ts';
import { must, type Schemas } from '../api/client.ts';
import { useAsked } from '../api/use-asked.ts';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import { CopyLine } from '../parts/copy.tsx';
import { Confirm } from '../parts/dialog.tsx';
import { Field, Select } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import { useSubmit } from '../parts/use-submit.ts';
import { useMyAccount } from '../session/me.ts';
import type { SignedIn } from '../session/session.ts';
import { dayAndTime } from '../time.ts';
import { capital } from '../words.ts';
import { isEnding, mayAsk } from './lifecycle.ts';
import { RoleChoice } from './role-choice.tsx';
import { A, AFTER_AN_OWNER, deedOf, ROLES } from './roles.ts';
import { Transfer } from './transfer.tsx';

type Member = Schemas['Member'];

interface Props {
  cluster: Cluster;
  role: Role | 'operator' | undefined;
  session: SignedIn;
}

export function Members({ cluster, role, session }: Props) {
  const account = useMyAccount();
  const mayShare = mayAsk(cluster, 'share', role, account);
  // Nobody is refused to shut somebody out.
  const mayRemove = mayAsk(cluster, 'share', role, undefined);
  const { invited, isUnknown, refresh } = useInvited(cluster, mayRemove);
  const there = Object.entries(cluster.members)
    .map(([uid, of]): Member => ({ uid, role: of, email: cluster.emails?.[uid] ?? '', pending: false }))
    .sort((a, b) => (a.email < b.email ? -1 : 1));
  if (there.length === 0) return null;
  const owners = there.filter((member) => member.role === 'owner').length;
  return (
    <section className="card">
      <h2>Members</h2>
      <ul className="members">
        {[...there, ...invited].map((member) => (
          <MemberRow
            key={member.uid ?? member.email}
            member={member}
            cluster={cluster}
            session={session}
            mayShare={mayShare}
            mayRemove={mayRemove}
            mayTransfer={mayAsk(cluster, 'transfer', role, account)}
            isLastOwner={member.role === 'owner' && !member.pending && owners === 1}
            onChange={refresh}
          />
        ))}
      </ul>
      {isUnknown && (
        <p className="muted small" role="status">
          Open invitations cannot be shown at the moment.
        </p>
      )}
      {mayShare && <Invite cluster={cluster} onChange={refresh} />}
      {mayShare && invited.length > 0 && <LinkToSend cluster={cluster} />}
    </section>
  );
}

/** Asked when the page opens and whenever the members change: an invitation that is accepted is a member more. */
function useInvited({ id, members }: Cluster, mayRemove: boolean) {
  const { api } = useHub();
  const [changes, setChanges] = useState(0);
  const uids = Object.keys(members).sort().join(' ');
  // biome-ignore lint/correctness/useExhaustiveDependencies: anew whenever these change
  const ask = useCallback(
    () => must(api.get('/v1/clusters/{id}/members', { params: { path: { id } } })),
    [api, id, uids, changes],
  );
  const { answer, error } = useAsked(mayRemove ? ask : undefined);
  // Those who were there stay while it is asked anew.
  const last = useRef<readonly Member[]>([]);
  if (answer) last.current = answer.members.filter(({ pending }) => pending);
  return {
    invited: mayRemove ? last.current : [],
    isUnknown: error !== undefined,
    refresh: () => setChanges(changes + 1),
  };
}

interface RowProps {
  member: Member;
  cluster: Cluster;
  /** Whoever looks. */
  session: SignedIn;
  mayShare: boolean;
  mayRemove: boolean;
  mayTransfer: boolean;
  isLastOwner: boolean;
  onChange(): void;
}

function MemberRow({
  member,
  cluster,
  session,
  mayShare,
  mayRemove,
  mayTransfer,
  isLastOwner,
  onChange,
}: RowProps) {
  const { api } = useHub();
  const [, go] = useLocation();
  const [removing, setRemoving] = useState(false);
  const { email, role, pending, expiresAt } = member;
  const path = { id: cluster.id, email };
  const isSelf = member.uid === session.uid;
  /** Whether the cluster counts for them. */
  const isPayer = !pending && member.uid === cluster.owner;
  // A cluster keeps an owner, and whoever it counts for stays one; the API says so too.
  const mustStay = isLastOwner || (isPayer && role === 'owner');
  const mayLeave = isSelf && !mustStay && !isEnding(cluster.state);
  const parting = PARTINGS[isSelf ? 'leave' : pending ? 'withdraw' : 'remove'];
  const deed = mayTransfer ? deedOf(cluster, member, session.uid) : undefined;
  const isOffered = !pending && member.uid !== undefined && member.uid === cluster.offeredTo;
  return (
    <li>
      <span className="member">
        {email === '' ? 'somebody whose address is unknown' : email}
        {isSelf && <span className="muted"> (you)</span>}
        {isPayer && <span className="muted small">pays for it</span>}
        {isOffered && <span className="muted small">was asked to pay for it</span>}
        {pending && (
          <span className="muted small">
            invited{expiresAt && ` until ${dayAndTime(new Date(expiresAt))}`}; becomes a member when they next
            use Hub with this address
          </span>
        )}
      </span>
      {mayShare && !mustStay && email !== '' ? (
        <RoleChoice cluster={cluster} email={email} role={role} isSelf={isSelf} onChange={onChange} />
      ) : (
        <span className="muted role">{capital(role)}</span>
      )}
      {((mayRemove && !mustStay) || mayLeave) && email !== '' && (
        <Button
          look="quiet"
          aria-label={isSelf ? undefined : parting.named(email)}
          onClick={() => setRemoving(true)}
        >
          {parting.label}
        </Button>
      )}
      {deed && (
        <div className="transfer">
          <Transfer cluster={cluster} member={member} deed={deed} self={session.email} />
        </div>
      )}
      <Confirm
        title={`${isSelf ? parting.named(cluster.name) : parting.named(email)}?`}
        action={parting.label}
        open={removing}
        onClose={() => setRemoving(false)}
        onConfirm={async (tell) => {
          await must(api.delete('/v1/clusters/{id}/members/{email}', { params: { path } }));
          if (isSelf) go('/');
          else onChange();
          tell(parting.done(email, cluster.name));
        }}
      >
        <p>
          {parting.says}
          {role === 'owner' && !pending && ` ${AFTER_AN_OWNER}`}
        </p>
      </Confirm>
    </li>
  );
}

/** How somebody comes to be no member, or does not become one. `named`: whom or what it is about. */
const PARTINGS = {
  leave: {
    label: 'Leave',
    named: (cluster: string) => `Leave ${cluster}`,
    says: 'You can come back only if an owner invites you again.',
    done: (_email: string, cluster: string) => `You have left ${cluster}.`,
  },
  remove: {
    label: 'Remove',
    named: (email: string) => `Remove ${email}`,
    says: 'Their sessions in the cluster end, and their credentials stop working.',
    done: (email: string, cluster: string) => `${email} can no longer use ${cluster}.`,
  },
  withdraw: {
    label: 'Withdraw',
    named: (email: string) => `Withdraw the invitation to ${email}`,
    says: 'They will not become a member.',
    done: (email: string, cluster: string) => `${email} is no longer invited to ${cluster}.`,
  },
} as const;

function Invite({ cluster, onChange }: { cluster: Cluster; onChange(): void }) {
  const { api } = useHub();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('editor');
  const { busy, error, submit } = useSubmit(
    async (tell) => {
      const path = { id: cluster.id, email: email.trim() };
      await must(api.put('/v1/clusters/{id}/members/{email}', { params: { path }, body: { role } }));
      setEmail('');
      const isMember = Object.values(cluster.emails ?? {}).includes(path.email.toLowerCase());
      tell(
        isMember
          ? `${path.email} is now ${A[role]} of ${cluster.name}.`
          : `${path.email} is invited, and becomes a member when they next use Hub with that address. Send them the link to it.`,
      );
      onChange();
    },
    { called: `Share ${cluster.name}` },
  );
  return (
    <form className="invite" onSubmit={submit}>
      <Field label="Share with">
        {(id) => (
          <input
            id={id}
            type="email"
            required
            placeholder="name@example.com"
            autoComplete="off"
            value={email}
            onChange={({ target }) => setEmail(target.value)}
          />
        )}
      </Field>
      <Select label="as" value={role} options={ROLES} onChange={(value) => setRole(value as Role)} />
      <Button type="submit" look="primary" busy={busy}>
        Share
      </Button>
      {error && <Problem error={error} />}
    </form>
  );
}

/** Nobody learns of it from Hub: whoever has invited them says so. */
function LinkToSend({ cluster: { id } }: { cluster: Cluster }) {
  return (
    <div className="stack">
      <p className="muted small">
        Hub sends no e-mail. Send whoever is invited this link; an invitation holds for {INVITATION_DAYS}{' '}
        days.
      </p>
      <CopyLine text={`${location.origin}/clusters/${id}`} what="the link to the cluster" />
    </div>
  );
}
