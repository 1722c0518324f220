/** Sends a dead letter once more, and asks why. */
import { useState } from 'react';
import { MAX_REASON } from '../../../shared/limits.ts';
import { must } from '../api/client.ts';
import { useHub } from '../hub.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import { tell } from '../parts/toast.tsx';
import { useSubmit } from '../parts/use-submit.ts';

interface Props {
  id: string;
  topic: string;
  again: boolean;
  onClose(): void;
}

export function ReplayDialog({ id, topic, again, onClose }: Props) {
  const { api } = useHub();
  const [reason, setReason] = useState('');
  const { busy, error, submit } = useSubmit(async () => {
    await must(api.post('/v1/admin/deadLetters/{id}:replay', { params: { path: { id } }, body: { reason } }));
    tell(`The message is sent to ${topic} once more.`);
    onClose();
  });
  return (
    <Dialog
      title="Replay the message"
      description={`It goes to ${topic} once more, just as it is. A cluster that is parked for it goes on at once.`}
      open
      onClose={onClose}
    >
      <form onSubmit={submit}>
        <Field
          label={again ? 'What is different now' : 'Why it should go better now'}
          hint="It is kept with the message, with your name."
        >
          {(field, hint) => (
            <input
              id={field}
              aria-describedby={hint}
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
            Replay
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
