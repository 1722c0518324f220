/** Sends a dead letter once more, and asks why. */
import { must } from '../api/client.ts';
import { useHub } from '../hub.ts';
import { tell } from '../parts/toast.tsx';
import { ReasonDialog } from './reason-dialog.tsx';

interface Props {
  id: string;
  topic: string;
  again: boolean;
  onClose(): void;
}

export function ReplayDialog({ id, topic, again, onClose }: Props) {
  const { api } = useHub();
  return (
    <ReasonDialog
      title="Replay the message"
      description={`It is sent to ${topic} again, unchanged. A cluster that is parked because of it continues at once.`}
      label={again ? 'What is different now' : 'Why it should work this time'}
      hint="It is stored with the message, with your name."
      verb="Replay"
      act={async (reason) => {
        await must(
          api.post('/v1/admin/deadLetters/{id}:replay', { params: { path: { id } }, body: { reason } }),
        );
        tell(`The message was sent to ${topic} again.`);
      }}
      onClose={onClose}
    />
  );
}
