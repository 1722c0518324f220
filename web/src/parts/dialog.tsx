/** Dialogs, on Base UI: focus stays inside, Escape closes, and the button that opened it has the focus again. */
import { AlertDialog } from '@base-ui/react/alert-dialog';
import { Dialog as Base } from '@base-ui/react/dialog';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { type ApiError, asApiError } from '../api/client.ts';
import { Button } from './button.tsx';
import { CrossIcon } from './icons.tsx';
import { Problem } from './problem.tsx';

interface DialogProps {
  title: string;
  description?: ReactNode;
  open: boolean;
  onClose(): void;
  wide?: boolean;
  children: ReactNode;
}

export function Dialog({ title, description, open, onClose, wide = false, children }: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="backdrop" />
        <Base.Popup className={`dialog ${wide ? 'wide' : ''}`}>
          <Base.Title className="dialog-title">{title}</Base.Title>
          {description !== undefined && <Base.Description className="muted">{description}</Base.Description>}
          {children}
          {/* Last, so that the first field has the focus. */}
          <Base.Close className="button quiet square dialog-close" aria-label="Close">
            <CrossIcon />
          </Base.Close>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

interface ConfirmProps {
  title: string;
  children: ReactNode;
  open: boolean;
  onClose(): void;
  /** What the button says, which does it. */
  action: string;
  /** Must be typed first: for what cannot be taken back. */
  typed?: string | undefined;
  danger?: boolean;
  /** @throws ApiError */
  onConfirm(): Promise<void>;
}

export function Confirm({
  title,
  children,
  open,
  onClose,
  action,
  typed,
  danger = true,
  onConfirm,
}: ConfirmProps) {
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const field = useId();
  const isSure = typed === undefined || text.trim() === typed;
  const close = (): void => {
    setText('');
    setError(undefined);
    onClose();
  };
  const confirm = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!isSure || busy) return;
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      close();
    } catch (thrown) {
      setError(asApiError(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <AlertDialog.Root open={open} onOpenChange={(isOpen) => !isOpen && close()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop" />
        <AlertDialog.Popup className="dialog">
          <AlertDialog.Title className="dialog-title">{title}</AlertDialog.Title>
          <AlertDialog.Description render={<div />} className="muted">
            {children}
          </AlertDialog.Description>
          <form onSubmit={confirm}>
            {typed !== undefined && (
              <div className="field">
                <label htmlFor={field}>
                  Type <strong>{typed}</strong> to go on
                </label>
                <input
                  id={field}
                  value={text}
                  autoComplete="off"
                  spellCheck={false}
                  onChange={({ target }) => setText(target.value)}
                />
              </div>
            )}
            {error && <Problem error={error} />}
            <footer>
              <AlertDialog.Close className="button plain">Cancel</AlertDialog.Close>
              <Button type="submit" look={danger ? 'danger' : 'primary'} busy={busy} disabled={!isSure}>
                {action}
              </Button>
            </footer>
          </form>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
