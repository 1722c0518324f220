/** Asks the operator for more clusters. The answer comes by itself, with the account: what waits then starts. */
import { useState } from 'react';
import type { ErrorCode } from '../../../shared/errors.ts';
import { MAX_REASON, MAX_REQUESTED_CLUSTERS } from '../../../shared/limits.ts';
import { must } from '../api/client.ts';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import { tell } from '../parts/toast.tsx';
import { useSubmit } from '../parts/use-submit.ts';
import { useMaxClusters, useMyAccount } from '../session/me.ts';
import { dayAndTime } from '../time.ts';

/** What an operator can grant: whatever else stands in the way, asking for more does not remove it. */
export const isQuota = (code: ErrorCode): boolean =>
  ['ACCOUNT_QUOTA', 'ACCOUNT_BUDGET', 'SIZE_OVER_BUDGET'].includes(code);

export function QuotaRequest() {
  const { request, declined } = useMyAccount() ?? {};
  const now = useMaxClusters();
  const [open, setOpen] = useState(false);
  if (request) return <Asked maxClusters={request.maxClusters} />;
  return (
    <>
      {declined && (
        <p className="small" role="status">
          An operator declined your request for {clustersInWords(declined.maxClusters)} on{' '}
          {dayAndTime(declined.at)}.
        </p>
      )}
      <Button onClick={() => setOpen(true)}>{declined ? 'Ask again' : 'Ask for more'}</Button>
      {open && <AskDialog now={now} onClose={() => setOpen(false)} />}
    </>
  );
}

const clustersInWords = (count: number): string => (count === 1 ? 'one cluster' : `${count} clusters`);

function Asked({ maxClusters }: { maxClusters: number }) {
  const { api } = useHub();
  const {
    busy,
    error,
    submit: withdraw,
  } = useSubmit(async () => {
    await must(api.delete('/v1/me/quotaRequest'));
    tell('Your request is withdrawn.');
  });
  return (
    <>
      <p className="small">
        You asked an operator for {clustersInWords(maxClusters)}; they have not answered yet.
      </p>
      <Button busy={busy} onClick={withdraw}>
        Withdraw it
      </Button>
      {error && <Problem error={error} />}
    </>
  );
}

function AskDialog({ now, onClose }: { now: number | undefined; onClose(): void }) {
  const { api } = useHub();
  const [maxClusters, setMaxClusters] = useState(now === undefined ? '' : String(now + 1));
  const [reason, setReason] = useState('');
  const { busy, error, submit } = useSubmit(async () => {
    await must(api.put('/v1/me/quotaRequest', { body: { maxClusters: Number(maxClusters), reason } }));
    tell('Your request was sent to the operators.');
    onClose();
  });
  return (
    <Dialog
      title="Ask for more clusters"
      description={`${now === undefined ? '' : `You may have ${now} at once. `}An operator sees what you ask for and why.`}
      open
      onClose={onClose}
    >
      <form onSubmit={submit}>
        <Field label="Clusters at once">
          {(id) => (
            <input
              id={id}
              type="number"
              min={1}
              max={MAX_REQUESTED_CLUSTERS}
              required
              value={maxClusters}
              onChange={({ target }) => setMaxClusters(target.value)}
            />
          )}
        </Field>
        <Field label="What for">
          {(id) => (
            <input
              id={id}
              required
              maxLength={MAX_REASON}
              value={reason}
              onChange={({ target }) => setReason(target.value)}
            />
          )}
        </Field>
        {error && <Problem error={error} />}
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={busy}>
            Ask
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
