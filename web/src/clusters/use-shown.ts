/** What of the list is shown: what is chosen and typed goes into the address, and what the address asks for is shown. */
import { useEffect, useRef, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { addressOf, type Filter, shownIn } from './shown.ts';

/** Whoever types does not wait for the address, and browsers refuse one that is written too often: Safari 100 times in 30 s. */
const QUIET_MS = 300;

export function useShown() {
  const [, go] = useLocation();
  const asked = shownIn(useSearch());
  const [text, setText] = useState(asked.text);
  /** What the address said when this page last wrote or read it. */
  const known = useRef(asked.text);
  // A link, or Back, and nobody who has typed.
  useEffect(() => {
    if (asked.text === known.current) return;
    known.current = asked.text;
    setText(asked.text);
  }, [asked.text]);
  const write = (filter: Filter): void => {
    known.current = text;
    go(addressOf({ filter, text }), { replace: true });
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once nobody has typed for a while
  useEffect(() => {
    if (text === known.current) return;
    const timer = setTimeout(() => write(asked.filter), QUIET_MS);
    return () => clearTimeout(timer);
  }, [text, asked.filter]);
  return { filter: asked.filter, setFilter: write, text, setText };
}
