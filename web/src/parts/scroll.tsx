/** Around what may be wider than the page. It scrolls, so it must be reachable by keyboard. */
import type { ReactNode } from 'react';

export function Scroll({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: https://www.w3.org/WAI/standards-guidelines/act/rules/0ssw9k/
    <section className="scroll" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
