/** Changes one place of the product while it is loaded. To be called before anything of the product is imported. */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { MUTANTS, type Mutant } from './mutants.ts';

const ROOT = new URL('../../', import.meta.url);

/** @throws Error if there is none of that name */
export function findMutant(name: string): Mutant {
  const found = MUTANTS.find((mutant) => mutant.name === name);
  if (!found)
    throw new Error(`there is no mutant "${name}"; there are: ${MUTANTS.map((one) => one.name).join(', ')}`);
  return found;
}

/** @throws Error if the place is not there, or is there twice: the product has changed since */
export function mutated({ name, file, from, to }: Mutant): string {
  const source = readFileSync(new URL(file, ROOT), 'utf8');
  const times = source.split(from).length - 1;
  if (times !== 1) throw new Error(`mutant "${name}" finds its place ${times} times in ${file}`);
  return source.replace(from, () => to);
}

export function mutate(name: string): void {
  const mutant = findMutant(name);
  const source = mutated(mutant);
  const path = fileURLToPath(new URL(mutant.file, ROOT));
  registerHooks({
    load(url, context, next) {
      if (!url.startsWith('file:') || fileURLToPath(url) !== path) return next(url, context);
      return { format: 'module-typescript', source, shortCircuit: true };
    },
  });
}
