/** A form, or a button, that asks something of the API: busy while it does, once at a time, and with what was refused. */
import { type SyntheticEvent, useRef, useState } from 'react';
import { type ApiError, asApiError } from '../api/client.ts';

/** @param work may throw an ApiError */
export function useSubmit(work: () => Promise<void>) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  // Two presses may come before the page is drawn anew.
  const sending = useRef(false);
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    // It may be inside of another form.
    event.stopPropagation();
    if (sending.current) return;
    sending.current = true;
    setBusy(true);
    setError(undefined);
    try {
      await work();
    } catch (thrown) {
      setError(asApiError(thrown));
    } finally {
      sending.current = false;
      setBusy(false);
    }
  };
  return { busy, error, submit, forget: () => setError(undefined) };
}
