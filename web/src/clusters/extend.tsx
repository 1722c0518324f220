/** Puts off the end of a cluster. */
import { useState } from 'react';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { aboutInDollars } from '../../../shared/money.ts';
import { hours } from '../../../shared/units.ts';
import { must } from '../api/client.ts';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Select } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import { tell } from '../parts/toast.tsx';
import { useSubmit } from '../parts/use-submit.ts';
import { dayAndTime } from '../time.ts';
import { laterLifetimes } from './lifetimes.ts';

interface Props {
  cluster: Cluster;
  look?: 'primary' | 'plain';
}

export function Extend({ cluster, look = 'plain' }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look={look} onClick={() => setOpen(true)}>
        Extend
      </Button>
      {open && <ExtendDialog cluster={cluster} onClose={() => setOpen(false)} />}
    </>
  );
}

function ExtendDialog({ cluster, onClose }: { cluster: Cluster; onClose(): void }) {
  const { id, name, expiresAt, liability } = cluster;
  const { api, config } = useHub();
  const speed = config.hub?.cloudSpeed ?? 1;
  // What is said stands still while it is read; the answer says when it really is.
  const [now] = useState(() => Date.now());
  const [chosen, setChosen] = useState<number>();
  const later = laterLifetimes(((expiresAt?.getTime() ?? now) - now) * speed);
  // Somebody else may have extended it since.
  const [ttlHours] = later.find(([count]) => count === chosen) ?? later[0] ?? [];
  const { busy, error, submit } = useSubmit(async () => {
    if (ttlHours === undefined) return;
    const body = { ttlHours };
    const reply = await must(api.post('/v1/clusters/{id}:extend', { params: { path: { id } }, body }));
    onClose();
    tell(
      reply.expiresAt ? `${name} ends on ${dayAndTime(new Date(reply.expiresAt))}.` : `${name} is extended.`,
    );
  });
  return (
    <Dialog
      title={`Extend ${name}`}
      description={expiresAt && `For now, it is deleted automatically on ${dayAndTime(expiresAt)}.`}
      open
      onClose={onClose}
    >
      <form onSubmit={submit}>
        {ttlHours === undefined ? (
          <p>That is later than any end that can be chosen here.</p>
        ) : (
          <>
            <Select
              label="From now on it stays for"
              value={String(ttlHours)}
              options={later.map(([count, label]) => [String(count), label])}
              onChange={(value) => setChosen(Number(value))}
            />
            <div className="quote" role="status">
              <p>
                Then it is deleted automatically on{' '}
                <strong>{dayAndTime(new Date(now + hours(ttlHours) / speed))}</strong>.
              </p>
              {liability && (
                <p className="muted small">
                  Until then it costs {aboutInDollars(liability.hourlyMicros)} an hour. You can still delete
                  it sooner.
                </p>
              )}
            </div>
          </>
        )}
        {error && <Problem error={error} />}
        <footer>
          <Button onClick={onClose}>{ttlHours === undefined ? 'Close' : 'Cancel'}</Button>
          {ttlHours !== undefined && (
            <Button type="submit" look="primary" busy={busy}>
              Extend it
            </Button>
          )}
        </footer>
      </form>
    </Dialog>
  );
}
