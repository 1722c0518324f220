/** Work on many things, a few at a time. */

/**
 * Runs all of it, and throws only then: what fails keeps nothing else waiting, and nothing goes on behind the caller's back.
 * @param limit how many are worked on at a time
 * @param choose which of several errors is thrown; else the first
 * @returns what came of each, in their order
 */
export async function atOnce<T, R>(
  limit: number,
  items: readonly T[],
  work: (item: T) => Promise<R>,
  choose: (errors: readonly unknown[]) => unknown = ([first]) => first,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  const errors: unknown[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      try {
        results[index] = await work(item);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (errors.length > 0) throw choose(errors);
  return results;
}
