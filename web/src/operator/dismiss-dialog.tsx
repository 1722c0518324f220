/** Ends a dead letter without sending it again, and asks why. */
import { must } from '../api/client.ts';
import { useHub } from '../hub.ts';
import { ReasonDialog } from './reason-dialog.tsx';

interface Props {
  id: string;
  onClose(): void;
}

export function DismissDialog({ id, onClose }: Props) {
  const { api } = useHub();
  return (
    <ReasonDialog
      title="Dismiss the message"
      description="It is not sent again, and is removed after thirty days. A cluster that is parked because of it continues automatically within the hour."
      label="Why nobody needs it any more"
      hint="It is stored with the message, with your name."
      verb="Dismiss"
      act={async (reason, tell) => {
        await must(
          api.post('/v1/admin/deadLetters/{id}:dismiss', { params: { path: { id } }, body: { reason } }),
        );
        tell('The message was dismissed.');
      }}
      onClose={onClose}
    />
  );
}
