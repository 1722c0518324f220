/**
 * Which packages are inside of what is deployed, as the bundler itself says. Each build notes its own, so that the bill of materials names them,
 * whatever package.json has them down for: most of what the console is made of is a development dependency.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What is bundled, each by a build of its own. */
export const BUNDLES = ['console', 'functions', 'hub'] as const;
type Bundle = (typeof BUNDLES)[number];

export const noteOf = (bundle: Bundle): string => join(root, `dist/.packages-of-${bundle}`);

/** @param id as the bundler calls a module @returns its path from the root of the repository, wherever its packages lie */
export const moduleOf = (id: string): string =>
  id.replace(root, '').replace(/^(?!node_modules\/).*?\/(?=node_modules\/)/, '');

const IN_PACKAGE = /node_modules\/(?:@[^/]+\/)?[^/]+(?:\/node_modules\/(?:@[^/]+\/)?[^/]+)*/;
/** What a bundler adds of its own, which is on no disk. */
const OF_BUNDLER = /^\0?(?:__)?(rolldown|vite)\b/;

/**
 * @param modules as `moduleOf` names them
 * @returns where the packages are in the lock file, in their order
 * @throws Error if one is neither ours nor of a package
 */
export function packagesIn(modules: readonly string[]): string[] {
  const found = modules.flatMap((module) => {
    const path = IN_PACKAGE.exec(module)?.[0];
    if (path !== undefined) return [path];
    const bundler = OF_BUNDLER.exec(module)?.[1];
    if (bundler !== undefined) return [`node_modules/${bundler}`];
    if (/^\0|^\//.test(module)) throw new Error(`nobody knows of which package ${JSON.stringify(module)} is`);
    return [];
  });
  return [...new Set(found)].sort();
}

export function notePackages(bundle: Bundle, modules: readonly string[]): void {
  const file = noteOf(bundle);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${packagesIn(modules).join('\n')}\n`);
}
