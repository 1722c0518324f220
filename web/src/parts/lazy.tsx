/**
 * Parts of the console that are loaded when they are needed. A release takes away the files that a page of the release before would still
 * load, so what does not come is no reason to wait, and a page that is loaded anew has what it needs.
 */
import { type ComponentType, type ReactNode, useEffect, useState } from 'react';
import { LoadAnew } from './load-anew.tsx';

type Load<P> = () => Promise<{ default: ComponentType<P> }>;

/** A page of its own address: it has nothing to lose yet, so it is loaded anew by itself, once. */
export const lazyPage = <P extends object>(load: Load<P>, waiting: ReactNode): ComponentType<P> =>
  lazily(load, waiting, loadAnewOnce);

/** What opens over a page: whoever has pressed its button is asked before the page is loaded anew. */
export function lazyDialog<P extends object>(load: Load<P>): ComponentType<P> & { preload(): void } {
  const Dialog = lazily(load, null, async () => false);
  // What does not come now is asked for again when it is needed.
  return Object.assign(Dialog, { preload: () => void load().catch(() => undefined) });
}

/** @returns whether it has helped itself */
type Mend = (isWanted: () => boolean) => Promise<boolean>;

function lazily<P extends object>(load: Load<P>, waiting: ReactNode, mend: Mend) {
  let Loaded: ComponentType<P> | undefined;
  return function Lazy(props: P) {
    const [, setIsLoaded] = useState(false);
    const [hasFailed, setHasFailed] = useState(false);
    useEffect(() => {
      if (Loaded) return;
      let isWanted = true;
      load().then(
        (module) => {
          Loaded = module.default;
          if (isWanted) setIsLoaded(true);
        },
        async () => {
          if (!(await mend(() => isWanted)) && isWanted) setHasFailed(true);
        },
      );
      return () => {
        isWanted = false;
      };
    }, []);
    if (Loaded) return <Loaded {...props} />;
    return hasFailed ? <NotLoaded /> : waiting;
  };
}

const NotLoaded = () => (
  <LoadAnew
    message="This page could not be loaded."
    remedy="Hub was renewed while it was open, or cannot be reached at the moment."
  />
);

async function loadAnewOnce(isWanted: () => boolean): Promise<boolean> {
  // The browser keeps this over a reload, and a page that somebody goes to has none: no second time without them.
  if (history.state?.isLoadedAnew) return false;
  const isReachable = await fetch('/', { method: 'HEAD', cache: 'no-store' }).then(
    ({ ok }) => ok,
    () => false,
  );
  // Whoever is offline would lose the rest of the page too, and whoever went on to another page has no use for it.
  if (!isReachable || !isWanted()) return false;
  history.replaceState({ ...history.state, isLoadedAnew: true }, '');
  location.reload();
  return true;
}
