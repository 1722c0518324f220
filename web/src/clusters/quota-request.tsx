/** Asks the operator for more clusters. The answer comes by itself: what waits then starts. */
import { useState } from 'react';
import { MAX_REASON, MAX_REQUESTED_CLUSTERS } from '../../../shared/limits.ts';
import { must } from '../api/client.ts';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import { tell } from '../parts/toast.tsx';
import { useSubmit } from '../parts/use-submit.ts';
import { setMe, useKnownMe } from '../session/me.ts';

export function QuotaRequest() {
  const me = useKnownMe();
  const [open, setOpen] = useState(false);
  if (me?.quotaRequest)
    return (
      <p className="muted small">
        You have asked your operator for {me.quotaRequest.maxClusters} clusters; the answer is still to come.
      </p>
    );
  return (
    <>
      <Button onClick={() => setOpen(true)}>Ask for more</Button>
      {open && <AskDialog now={me?.allowance.maxClusters ?? 1} onClose={() => setOpen(false)} />}
    </>
  );
}

function AskDialog({ now, onClose }: { now: number; onClose(): void }) {
  const { api } = useHub();
  const [maxClusters, setMaxClusters] = useState(String(now + 1));
  const [reason, setReason] = useState('');
  const { busy, error, submit } = useSubmit(async () => {
    setMe(await must(api.put('/v1/me/quotaRequest', { body: { maxClusters: Number(maxClusters), reason } })));
    tell('Your operator is asked.');
    onClose();
  });
  return (
    <Dialog
      title="Ask for more clusters"
      description={`You may have ${now} at once. Your operator sees what you ask for and why.`}
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
