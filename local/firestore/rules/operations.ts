/** What is asked for, and which methods of an allow statement cover it. https://firebase.google.com/docs/rules/rules-language#method */

export type Operation = 'get' | 'list' | 'create' | 'update' | 'delete';

const COVERED: Readonly<Record<string, readonly Operation[]>> = {
  read: ['get', 'list'],
  write: ['create', 'update', 'delete'],
  get: ['get'],
  list: ['list'],
  create: ['create'],
  update: ['update'],
  delete: ['delete'],
};

export const METHOD_NAMES: readonly string[] = Object.keys(COVERED);

/** The operations that a method of an allow statement stands for. */
export const operationsOf = (method: string): readonly Operation[] => COVERED[method] ?? [];
