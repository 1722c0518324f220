/** Asks the operator for more clusters. The answer comes by itself: what waits then starts. */
import { type FormEvent, useId, useState } from 'react';
import { MAX_REASON, MAX_REQUESTED_CLUSTERS } from '../../../shared/limits.ts';
import { type ApiError, asApiError, must } from '../api/client.ts';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Problem } from '../parts/problem.tsx';
import { tell } from '../parts/toast.tsx';
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
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const id = useId();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    // It may be inside of another form.
    event.stopPropagation();
    setBusy(true);
    setError(undefined);
    try {
      setMe(
        await must(api.put('/v1/me/quotaRequest', { body: { maxClusters: Number(maxClusters), reason } })),
      );
      tell('Your operator is asked.');
      onClose();
    } catch (thrown) {
      setError(asApiError(thrown));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title="Ask for more clusters"
      description={`You may have ${now} at once. Your operator sees what you ask for and why.`}
      open
      onClose={onClose}
    >
      <form onSubmit={submit}>
        <div className="field">
          <label htmlFor={`${id}-count`}>Clusters at once</label>
          <input
            id={`${id}-count`}
            type="number"
            min={1}
            max={MAX_REQUESTED_CLUSTERS}
            required
            value={maxClusters}
            onChange={({ target }) => setMaxClusters(target.value)}
          />
        </div>
        <div className="field">
          <label htmlFor={`${id}-reason`}>What for</label>
          <input
            id={`${id}-reason`}
            required
            maxLength={MAX_REASON}
            value={reason}
            onChange={({ target }) => setReason(target.value)}
          />
        </div>
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
