/** For whom a cluster counts: who pays offers it to another owner, and they take it. */
import { useState } from 'react';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { must, type Schemas } from '../api/client.ts';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import { Confirm } from '../parts/dialog.tsx';
import type { Deed } from './roles.ts';

type Member = Schemas['Member'];
/** In the words of the API. */
type Action = Deed | 'decline';

const TRANSFERS = {
  offer: {
    label: 'Let them pay',
    action: 'Ask them',
    named: (email: string) => `Let them pay: ${email}`,
    title: (email: string) => `Ask ${email} to pay for this cluster?`,
    says: 'If they accept, the cluster is charged to their account instead of yours. You stay an owner, and can leave it then. Until they accept, you keep paying.',
    done: (email: string) => `${email} was asked to pay for this cluster.`,
  },
  withdraw: {
    label: 'Withdraw the offer',
    action: 'Withdraw the offer',
    named: (email: string) => `Withdraw the offer to ${email}`,
    title: (email: string) => `Withdraw the offer to ${email}?`,
    says: 'You keep paying for this cluster.',
    done: () => 'The offer was withdrawn.',
  },
  accept: {
    label: 'Pay for it',
    action: 'Pay for it',
    // It is beside nobody's name but one's own.
    named: () => undefined,
    title: () => 'Pay for this cluster from now on?',
    says: 'The cluster is charged to your account: it counts towards your limits of clusters and of cost per hour. You cannot leave it until another owner takes it over.',
    done: () => 'You now pay for this cluster.',
  },
  decline: {
    label: 'Decline',
    action: 'Decline',
    named: () => undefined,
    title: () => 'Decline to pay for this cluster?',
    says: 'The offer ends, and whoever pays for the cluster goes on paying. You stay an owner. They can ask you again.',
    done: () => 'You declined to pay for this cluster.',
  },
} as const satisfies Record<Action, object>;

interface Props {
  cluster: Cluster;
  member: Pick<Member, 'email'>;
  deed: Action;
  self: string;
  look?: 'primary' | 'quiet';
}

export function Transfer({ cluster: { id }, member: { email }, deed, self, look = 'quiet' }: Props) {
  const { api } = useHub();
  const [asking, setAsking] = useState(false);
  const { label, action, named, title, says, done } = TRANSFERS[deed];
  return (
    <>
      <Button look={look} aria-label={named(email)} onClick={() => setAsking(true)}>
        {label}
      </Button>
      <Confirm
        title={title(email)}
        action={action}
        danger={false}
        open={asking}
        onClose={() => setAsking(false)}
        onConfirm={async (tell) => {
          // What this page shows may be old: what was meant is said, so that nothing else is done.
          const body = { email: deed === 'offer' ? email : self, action: deed };
          await must(api.post('/v1/clusters/{id}:transfer', { params: { path: { id } }, body }));
          tell(done(email));
        }}
      >
        <p>{says}</p>
      </Confirm>
    </>
  );
}
