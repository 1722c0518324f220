/**
 * Where what had the focus is gone (a button with the row that it deleted, or with the right to press it), the browser begins at the top
 * of the page. Whoever works by keyboard or by ear goes on at the nearest heading instead.
 */

/** @returns stops it */
export function keepFocus(): () => void {
  let last: HTMLElement | undefined;
  /** What was around the last one on the page itself, the nearest first: a dialog is gone when it is closed. */
  let around: readonly Element[] = [];
  const onFocus = ({ target }: FocusEvent): void => {
    if (!(target instanceof HTMLElement)) return;
    last = target;
    if (target.closest(DIALOG) === null) around = partsAround(target);
  };
  const look = (): void => {
    const isLost = document.activeElement === document.body && last !== undefined && !last.isConnected;
    if (!isLost) return;
    last = undefined;
    goOn(around);
  };
  // A dialog that closes gives the focus back by itself, in the same breath.
  const observer = new MutationObserver(() => void requestAnimationFrame(look));
  document.addEventListener('focusin', onFocus);
  observer.observe(document.body, { childList: true, subtree: true });
  return () => {
    document.removeEventListener('focusin', onFocus);
    observer.disconnect();
  };
}

const DIALOG = '[role=dialog], [role=alertdialog]';

function partsAround(element: Element): Element[] {
  const part = element.closest('section, article, main');
  return part ? [part, ...(part.parentElement ? partsAround(part.parentElement) : [])] : [];
}

function goOn(around: readonly Element[]): void {
  const [dialog] = [...document.querySelectorAll<HTMLElement>(DIALOG)].slice(-1);
  const heading = around
    .filter(({ isConnected }) => isConnected)
    .map((part) => part.querySelector<HTMLElement>('h1, h2') ?? undefined)
    .find((one) => one !== undefined);
  // What was around may be gone, too, or not known: a page that is drawn anew begins with its heading all the same.
  const first = document.querySelector<HTMLElement>('main h1, main h2');
  const place = dialog ?? heading ?? first ?? document.querySelector<HTMLElement>('main');
  if (!place) return;
  if (!place.hasAttribute('tabindex')) place.tabIndex = -1;
  place.focus();
}
