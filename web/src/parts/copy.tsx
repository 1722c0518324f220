/** Something to take along: shown whole, copied with one press. */
import { useEffect, useState } from 'react';
import { CheckIcon, CopyIcon } from './icons.tsx';

export function Copy({ text, what }: { text: string; what: string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), 2000);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setState('copied'),
      () => setState('refused'),
    );
  };
  return (
    <>
      <button type="button" className="button quiet square" onClick={copy} aria-label={`Copy ${what}`}>
        {state === 'copied' ? <CheckIcon /> : <CopyIcon />}
      </button>
      <span className="unseen" role="status">
        {state === 'copied' && `Copied ${what}`}
        {state === 'refused' && 'The browser does not allow this page to copy. Select the text instead.'}
      </span>
    </>
  );
}

/** A line of text to copy. */
export function CopyLine({ text, what }: { text: string; what: string }) {
  return (
    <div className="copy-line">
      {/* It scrolls, so it must be reachable by keyboard. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: https://www.w3.org/WAI/standards-guidelines/act/rules/0ssw9k/ */}
      <code tabIndex={0}>{text}</code>
      <Copy text={text} what={what} />
    </div>
  );
}
