/** Short words about what was just done. They are read out too. */
import { useEffect } from 'react';
import { createStore, useStore } from '../store.ts';

interface Toast {
  id: number;
  text: string;
}

const toasts = createStore<readonly Toast[]>([]);
let next = 0;
const LIFE_MS = 6000;

export function tell(text: string): void {
  toasts.set([...toasts.get(), { id: next++, text }].slice(-3));
}

const forget = (id: number): void => toasts.set(toasts.get().filter((toast) => toast.id !== id));

export function Toasts() {
  return (
    <div className="toasts" role="status" aria-live="polite">
      {useStore(toasts).map((toast) => (
        <One key={toast.id} {...toast} />
      ))}
    </div>
  );
}

function One({ id, text }: Toast) {
  useEffect(() => {
    const timer = setTimeout(() => forget(id), LIFE_MS);
    return () => clearTimeout(timer);
  }, [id]);
  return <p className="toast">{text}</p>;
}
