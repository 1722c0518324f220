/** A form, or a button, that asks something of the API: busy while it does, once at a time, and with what was refused. */
import { type SyntheticEvent, useEffect, useRef, useState } from 'react';
import { type ApiError, asApiError } from '../api/client.ts';
import { type Tell, teller } from './toast.tsx';

interface Options {
  /** What it is called where what was refused is told because nobody sees the form any more; absent: `work` tells that itself. */
  called?: string;
  /** Whether the form is to be seen, where it stays on the page when it is not. */
  isOpen?: boolean;
}

/** @param work is given where to tell that it is done; may throw an ApiError */
export function useSubmit(work: (tell: Tell) => Promise<void>, { called, isOpen = true }: Options = {}) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  // Two presses may come before the page is drawn anew.
  const sending = useRef(false);
  const isSeen = useRef(false);
  useEffect(() => {
    isSeen.current = isOpen;
    return () => {
      isSeen.current = false;
    };
  }, [isOpen]);
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    // It may be inside of another form.
    event.stopPropagation();
    if (sending.current) return;
    sending.current = true;
    setBusy(true);
    setError(undefined);
    const tell = teller();
    try {
      await work(tell);
    } catch (thrown) {
      const refusal = asApiError(thrown);
      if (isSeen.current) setError(refusal);
      else if (called !== undefined) tell(`“${called}” was not done. ${refusal.message}`);
    } finally {
      sending.current = false;
      setBusy(false);
    }
  };
  return { busy, error, submit, forget: () => setError(undefined) };
}
