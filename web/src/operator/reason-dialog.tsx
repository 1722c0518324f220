/** Asks an operator why, and does it then. */
import { type ReactNode, useState } from 'react';
import { MAX_REASON } from '../../../shared/limits.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import type { Tell } from '../parts/toast.tsx';
import { useSubmit } from '../parts/use-submit.ts';

interface Props {
  title: string;
  description: string;
  /** What else is chosen. */
  children?: ReactNode;
  /** The question, and where the answer is kept. */
  label: string;
  hint: string;
  /** On the button that does it. */
  verb: string;
  look?: 'primary' | 'danger';
  /** @param tell that it is done. @throws ApiError */
  act(reason: string, tell: Tell): Promise<void>;
  onClose(): void;
}

export function ReasonDialog({
  title,
  description,
  children,
  label,
  hint,
  verb,
  look = 'primary',
  act,
  onClose,
}: Props) {
  const [reason, setReason] = useState('');
  const { busy, error, submit } = useSubmit(
    async (tell) => {
      await act(reason, tell);
      onClose();
    },
    { called: title },
  );
  return (
    <Dialog title={title} description={description} open onClose={onClose}>
      <form onSubmit={submit}>
        {children}
        <Field label={label} hint={hint}>
          {(field, described) => (
            <input
              id={field}
              aria-describedby={described}
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
          <Button type="submit" look={look} busy={busy}>
            {verb}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
