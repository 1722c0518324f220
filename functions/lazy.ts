/** What is made at the first call. */
interface Lazy<T> {
  (): Promise<T>;
  /** The next call makes it anew. */
  forget(): void;
}

/** Made at the first call, once for all. What fails is made anew by the next one: an instance lives on, and what ailed it may be over. */
export function lazyValue<T>(make: () => Promise<T>): Lazy<T> {
  let made: Promise<T> | undefined;
  const forget = (): void => {
    made = undefined;
  };
  const value = (): Promise<T> => {
    made ??= make().catch((error: unknown) => {
      forget();
      throw error;
    });
    return made;
  };
  return Object.assign(value, { forget });
}

/** An object all of whose methods are asynchronous, made at the first call: loading an SDK is the dearest part of a cold start. */
export function lazy<T extends object>(make: () => Promise<T>): T {
  const target = lazyValue(make);
  return new Proxy({} as T, {
    get: (_, method) => {
      // Not a promise: whoever awaits it, or returns it from an async function, gets it as it is.
      if (method === 'then') return undefined;
      return async (...args: unknown[]) => {
        const object = await target();
        const call = object[method as keyof T] as (...args: unknown[]) => unknown;
        return call.apply(object, args);
      };
    },
  });
}
