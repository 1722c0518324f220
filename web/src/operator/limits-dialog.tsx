/** Says how much somebody may have. What waits for it then starts by itself. */
import { useState } from 'react';
import type { RequestedLimits } from '../../../shared/documents/account.ts';
import { MAX_ACCOUNT_CLUSTERS, MAX_ACCOUNT_HOURLY_DOLLARS } from '../../../shared/limits.ts';
import { must } from '../api/client.ts';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { NumberField } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import { useSubmit } from '../parts/use-submit.ts';
import type { Limits } from '../session/me.ts';
import { proposal } from './limits.ts';

interface Props {
  uid: string;
  name: string;
  now: Partial<Limits>;
  /** What they ask for, where they do. */
  asked?: RequestedLimits & { at: Date };
  onClose(): void;
}

export function LimitsDialog({ uid, name, now, asked, onClose }: Props) {
  const { api } = useHub();
  const [typed, setTyped] = useState<{ clusters?: string; dollars?: string }>({});
  // What holds now may be known only a moment after the dialog is open; what is typed stays.
  const proposed = proposal(now, asked ?? { maxClusters: now.maxClusters ?? 1 });
  const clusters = typed.clusters ?? String(proposed.maxClusters);
  const dollars =
    typed.dollars ??
    (now.maxHourlyMicros === undefined && asked?.maxHourlyMicros === undefined
      ? ''
      : String(proposed.maxHourlyDollars));
  const title = asked === undefined ? 'Change limits' : 'Grant more';
  const { busy, error, submit } = useSubmit(
    async (tell) => {
      const body = {
        maxClusters: Number(clusters),
        ...(dollars !== '' && { maxHourlyDollars: Number(dollars) }),
        ...(asked && { requestAt: asked.at.toISOString() }),
      };
      await must(api.put('/v1/admin/accounts/{id}', { params: { path: { id: uid } }, body }));
      tell(`${name} may have ${clusters} clusters now.`);
      onClose();
    },
    { called: title },
  );
  return (
    <Dialog
      title={title}
      description={`How much ${name} may have at once. Clusters that wait for it start automatically; existing ones stay.`}
      open
      onClose={onClose}
    >
      <form onSubmit={submit}>
        <NumberField
          label="Clusters at once"
          min={0}
          max={MAX_ACCOUNT_CLUSTERS}
          value={clusters}
          onChange={(value) => setTyped({ ...typed, clusters: value })}
        />
        <NumberField
          label="Dollars per hour, for all of them"
          hint={
            asked === undefined || asked.maxHourlyMicros !== undefined
              ? 'At list prices, as Hub counts them.'
              : 'At list prices. The proposal keeps the present amount per cluster.'
          }
          decimal
          min={0}
          max={MAX_ACCOUNT_HOURLY_DOLLARS}
          required={now.maxHourlyMicros !== undefined}
          value={dollars}
          onChange={(value) => setTyped({ ...typed, dollars: value })}
        />
        {error && <Problem error={error} />}
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={busy}>
            {asked === undefined ? 'Save' : 'Grant'}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
