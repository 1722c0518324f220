/** Dialogs, on Base UI: focus stays inside, Escape closes, and the button that opened it has the focus again. */
import { AlertDialog } from '@base-ui/react/alert-dialog';
import { Dialog as Base } from '@base-ui/react/dialog';
import { type ReactNode, useState } from 'react';
import { Button } from './button.tsx';
import { Field } from './field.tsx';
import { CrossIcon } from './icons.tsx';
import { Problem } from './problem.tsx';
import { useSubmit } from './use-submit.ts';

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
  const isSure = typed === undefined || text.trim() === typed;
  const close = (): void => {
    setText('');
    forget();
    onClose();
  };
  const {
    busy,
    error,
    submit: confirm,
    forget,
  } = useSubmit(async () => {
    if (!isSure) return;
    await onConfirm();
    close();
  });
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
              <Field
                label={
                  <>
                    Type <strong>{typed}</strong> to confirm
                  </>
                }
              >
                {(id) => (
                  <input
                    id={id}
                    value={text}
                    autoComplete="off"
                    spellCheck={false}
                    onChange={({ target }) => setText(target.value)}
                  />
                )}
              </Field>
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
