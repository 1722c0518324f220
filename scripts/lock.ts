/** The part of a lock file that some of its packages need. Pure. */

interface LockedPackage {
  version?: string;
  integrity?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  dev?: boolean;
  [field: string]: unknown;
}

/** The file package-lock.json, as npm documents it. */
export interface LockFile {
  lockfileVersion: number;
  packages: Record<string, LockedPackage>;
}

interface Package {
  name: string;
  version: string;
  dependencies: Record<string, string>;
}

/** @throws Error if the lock file does not hold what is needed */
export function lockOf(root: Package & Record<string, unknown>, { lockfileVersion, packages }: LockFile) {
  const needed = new Map<string, LockedPackage>();
  const visit = (name: string, from: string): void => {
    const path = find(name, from, packages);
    const locked = path === undefined ? undefined : packages[path];
    if (path === undefined || !locked)
      throw new Error(`the lock file does not know ${name}, which ${from} needs`);
    if (needed.has(path)) return;
    const { dev: _, ...kept } = locked;
    needed.set(path, kept);
    for (const dependency of Object.keys(locked.dependencies ?? {})) visit(dependency, path);
  };
  for (const name of Object.keys(root.dependencies)) visit(name, '');
  const { name, version, dependencies, engines } = root;
  return {
    name,
    version,
    lockfileVersion,
    requires: true,
    packages: {
      '': { name, version, dependencies, ...(engines !== undefined && { engines }) },
      ...Object.fromEntries([...needed].sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
}

/** As Node looks for it: beside whoever needs it, then further and further out. */
function find(name: string, from: string, packages: LockFile['packages']): string | undefined {
  for (let folder = from; ; folder = folder.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, '')) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (packages[path]) return path;
    if (folder === '') return undefined;
  }
}
