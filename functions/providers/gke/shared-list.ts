/**
 * A list that many ask for at the same time, each for a small part of it: all clusters of a project, of some 5 KB each, for every one whose end
 * is proven. Handlers of one instance share it, so that there are two of them in memory at most, however many look.
 */

/**
 * A list speaks of a moment after it was asked for. So who comes while one is under way is given the next one, which begins when that has ended.
 * @throws what `ask` throws, to each who waited for that list
 */
export function sharedList<T>(ask: () => Promise<T>): () => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  /** Not asked for yet. */
  let next: Promise<T> | undefined;
  return () => {
    next ??= last.then(() => {
      next = undefined;
      const asked = ask();
      last = asked.catch(() => undefined);
      return asked;
    });
    return next;
  };
}
