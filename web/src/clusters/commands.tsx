/** The buttons that ask something of a cluster. Each says first what will happen. */
import { useState } from 'react';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { commandEdge } from '../../../shared/lifecycle/derive.ts';
import { must } from '../api/client.ts';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import { Confirm } from '../parts/dialog.tsx';
import { tell } from '../parts/toast.tsx';
import { isEnding, isUsable } from './lifecycle.ts';
import { useHasTwin, Whose } from './twins.tsx';

interface Props {
  cluster: Cluster;
  look?: 'primary' | 'plain';
  /** Among those of other clusters: whose it is, for who reads by ear. */
  named?: boolean;
}

export function Retry({ cluster: { id, name, state }, look = 'primary', named }: Props) {
  const { api } = useHub();
  const [open, setOpen] = useState(false);
  const to = commandEdge(state, 'retry');
  // What could not be removed is not built upon: there, to try again is to go on removing.
  const removes = to !== undefined && isEnding(to);
  return (
    <>
      <Button look={look} aria-label={named ? `Retry ${name}` : undefined} onClick={() => setOpen(true)}>
        Retry
      </Button>
      <Confirm
        title={removes ? `Continue removing ${name}?` : `Start ${name} again?`}
        action={removes ? 'Continue' : 'Start again'}
        danger={false}
        open={open}
        onClose={() => setOpen(false)}
        onConfirm={async () => {
          await must(api.post('/v1/clusters/{id}:retry', { params: { path: { id } } }));
          tell(removes ? `${name} is being removed.` : `${name} is starting again.`);
        }}
      >
        <p>
          {removes
            ? 'Hub tries again to remove it, and checks until it has proof that nothing is left.'
            : 'It is created again from the beginning, with the same name. What went wrong stays in its timeline.'}
        </p>
      </Confirm>
    </>
  );
}

export function Delete({ cluster, look = 'plain', named }: Props) {
  const { id, name, state } = cluster;
  const hasTwin = useHasTwin(cluster);
  const { api } = useHub();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look={look} aria-label={named ? `Delete ${name}` : undefined} onClick={() => setOpen(true)}>
        Delete
      </Button>
      <Confirm
        title={`Delete ${name}?`}
        action="Delete it"
        // Where nobody could work yet, nothing is lost.
        typed={isUsable(state) ? name : undefined}
        open={open}
        onClose={() => setOpen(false)}
        onConfirm={async () => {
          await must(api.delete('/v1/clusters/{id}', { params: { path: { id } } }));
          tell(`${name} is being deleted.`);
        }}
      >
        {(named || hasTwin) && (
          <p>
            <strong>{name}</strong> <Whose cluster={cluster} />.
          </p>
        )}
        <p>
          The cluster, its data and its address are removed for good, for everybody who uses it. Hub then
          checks until it has proof that nothing is left.
        </p>
      </Confirm>
    </>
  );
}
