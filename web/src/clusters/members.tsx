/** Who may use it. Members come with the document, live; who is invited and has not come yet is asked of the API. */
import { useCallback, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { Cluster, Role } from '../../../shared/documents/cluster.ts';
import { must, type Schemas } from '../api/client.ts';
import { useAsked } from '../api/use-asked.ts';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import { Confirm } from '../parts/dialog.tsx';
import { Field, Select } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import { tell } from '../parts/toast.tsx';
import { useSubmit } from '../parts/use-submit.ts';
import type { SignedIn } from '../session/session.ts';
import { isEnding, mayAsk } from './lifecycle.ts';
import { RoleChoice } from './role-choice.tsx';
import { ROLES } from './roles.ts';

type Member = Schemas['Member'];

interface Props {
  cluster: Cluster;
  role: Role | 'operator' | undefined;
  session: SignedIn;
}

export function Members({ cluster, role, session }: Props) {
  const mayShare = mayAsk(cluster, 'share', role);
  const { invited, isUnknown, refresh } = useInvited(cluster, mayShare);
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
            isSelf={member.uid === session.uid}
            mayShare={mayShare}
            isPayer={!member.pending && member.uid === cluster.owner}
            isLastOwner={member.role === 'owner' && !member.pending && owners === 1}
            onChange={refresh}
          />
        ))}
      </ul>
      {isUnknown && (
        <p className="muted small" role="status">
          Who is invited and has not come yet is not known at the moment.
        </p>
      )}
      {mayShare && <Invite cluster={cluster} onChange={refresh} />}
    </section>
  );
}

/** Asked when the page opens and whenever the members change: an invitation that is accepted is a member more. */
function useInvited({ id, members }: Cluster, mayShare: boolean) {
  const { api } = useHub();
  const [changes, setChanges] = useState(0);
  const uids = Object.keys(members).sort().join(' ');
  // biome-ignore lint/correctness/useExhaustiveDependencies: anew whenever these change
  const ask = useCallback(
    () => must(api.get('/v1/clusters/{id}/members', { params: { path: { id } } })),
    [api, id, uids, changes],
  );
  const { answer, error } = useAsked(mayShare ? ask : undefined);
  // Those who were there stay while it is asked anew.
  const last = useRef<readonly Member[]>([]);
  if (answer) last.current = answer.members.filter(({ pending }) => pending);
  return {
    invited: mayShare ? last.current : [],
    isUnknown: error !== undefined,
    refresh: () => setChanges(changes + 1),
  };
}

interface RowProps {
  member: Member;
  cluster: Cluster;
  isSelf: boolean;
  mayShare: boolean;
  /** Whether the cluster counts for them. */
  isPayer: boolean;
  isLastOwner: boolean;
  onChange(): void;
}

function MemberRow({ member, cluster, isSelf, mayShare, isPayer, isLastOwner, onChange }: RowProps) {
  const { api } = useHub();
  const [, go] = useLocation();
  const [removing, setRemoving] = useState(false);
  const { email, role, pending } = member;
  const path = { id: cluster.id, email };
  // A cluster keeps an owner, and whoever it counts for stays one; the API says so too.
  const mustStay = isLastOwner || (isPayer && role === 'owner');
  const mayLeave = isSelf && !mustStay && !isEnding(cluster.state);
  return (
    <li>
      <span className="member">
        {email === '' ? 'somebody whose address is not known' : email}
        {isSelf && <span className="muted"> (you)</span>}
        {isPayer && <span className="muted small">it counts for this account</span>}
        {pending && <span className="muted small">invited; comes in by signing in with this address</span>}
      </span>
      {mayShare && !mustStay && email !== '' ? (
        <RoleChoice cluster={cluster.id} email={email} role={role} isSelf={isSelf} onChange={onChange} />
      ) : (
        <span className="muted">{role}</span>
      )}
      {((mayShare && !mustStay) || mayLeave) && email !== '' && (
        <Button look="quiet" onClick={() => setRemoving(true)}>
          {isSelf ? 'Leave' : pending ? 'Withdraw' : 'Remove'}
        </Button>
      )}
      <Confirm
        title={isSelf ? `Leave ${cluster.name}?` : `Remove ${email}?`}
        action={isSelf ? 'Leave' : 'Remove'}
        open={removing}
        onClose={() => setRemoving(false)}
        onConfirm={async () => {
          await must(api.delete('/v1/clusters/{id}/members/{email}', { params: { path } }));
          if (isSelf) go('/');
          else onChange();
          tell(isSelf ? `You have left ${cluster.name}.` : `${email} may not use ${cluster.name} any more.`);
        }}
      >
        <p>
          {isSelf
            ? 'You can come back only if an owner invites you again.'
            : 'Their sessions in the cluster end, and whatever opens it for them stops working.'}
        </p>
      </Confirm>
    </li>
  );
}

function Invite({ cluster, onChange }: { cluster: Cluster; onChange(): void }) {
  const { api } = useHub();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('editor');
  const { busy, error, submit } = useSubmit(async () => {
    const path = { id: cluster.id, email: email.trim() };
    const { members } = await must(
      api.put('/v1/clusters/{id}/members/{email}', { params: { path }, body: { role } }),
    );
    setEmail('');
    const isThere = Object.keys(members).length > Object.keys(cluster.members).length;
    const isKnown = Object.values(cluster.emails ?? {}).includes(path.email.toLowerCase());
    tell(
      isThere || isKnown
        ? `${path.email} may use ${cluster.name}.`
        : `${path.email} is invited, and comes in by signing in with that address.`,
    );
    onChange();
  });
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
