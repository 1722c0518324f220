/** Where a list loses what was just acted upon, its button goes with it: whoever works by keyboard goes on at the heading. */
import { type RefObject, useEffect, useRef } from 'react';

/** @param count how many there are; on the element: `tabIndex={-1}` */
export function useFocusKept<E extends HTMLElement>(count: number): RefObject<E | null> {
  const heading = useRef<E>(null);
  const before = useRef(count);
  useEffect(() => {
    const isLost = document.activeElement === document.body || document.activeElement === null;
    if (count < before.current && isLost) heading.current?.focus();
    before.current = count;
  }, [count]);
  return heading;
}
