/** Short words about what was just done. They are read out too. Each is for whoever did it: nobody who signs in later reads it. */
import { useEffect, useId, useState } from 'react';
import type { Session } from '../session/session.ts';
import { createStore, type Store, useStore } from '../store.ts';
import { CrossIcon } from './icons.tsx';

interface Toast {
  id: number;
  text: string;
}

export type Tell = (text: string) => void;

const toasts = createStore<readonly Toast[]>([]);
let next = 0;
let reader: string | undefined;
const LIFE_MS = 6000;

/** Nothing is told while nobody is signed in, and nothing stays when somebody else is. */
export function followReader(session: Pick<Store<Session>, 'get' | 'subscribe'>): void {
  const look = (): void => {
    const now = session.get();
    const uid = now.kind === 'in' ? now.uid : undefined;
    if (uid === reader) return;
    reader = uid;
    toasts.set([]);
  };
  session.subscribe(look);
  look();
}

export function tell(text: string): void {
  if (reader !== undefined) toasts.set([...toasts.get(), { id: next++, text }].slice(-3));
}

/** For whoever is signed in now: what is known only after they have gone is told to nobody. */
export function teller(): Tell {
  const of = reader;
  return (text) => {
    if (of === reader) tell(text);
  };
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

/** Stays for as long as somebody points at it, or is on its button: whoever reads slowly has the time. */
function One({ id, text }: Toast) {
  const [isHeld, setHeld] = useState(false);
  const described = useId();
  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(() => forget(id), LIFE_MS);
    return () => clearTimeout(timer);
  }, [id, isHeld]);
  return (
    <article
      className="toast"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <p id={described}>{text}</p>
      <button type="button" aria-label="Dismiss" aria-describedby={described} onClick={() => forget(id)}>
        <CrossIcon />
      </button>
    </article>
  );
}
