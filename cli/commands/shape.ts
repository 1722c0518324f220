/** The options that say what a cluster is to be like. What is left out is the catalog's default. */
import type { Command } from 'commander';
import { oneOf } from './arguments.ts';

export interface ShapeOptions {
  product?: string;
  version?: string;
  size?: string;
  region?: string;
  availability?: string;
  isolation?: string;
}

const AVAILABILITIES = ['zonal', 'regional'] as const;
const ISOLATIONS = ['dedicated', 'namespace'] as const;

export const shapeOptions = (command: Command): Command =>
  command
    .option('--product <id>', 'what runs in it (hub catalog has them all)')
    .option('--version <version>', 'of the product')
    .option('--size <id>', 'how large it is')
    .option('--region <id>', 'where it is')
    .option('--availability <kind>', AVAILABILITIES.join(' or '))
    .option('--isolation <kind>', ISOLATIONS.join(' or '));

/** As the API takes it. @throws WrongUsage */
export const shapeOf = ({
  product,
  version,
  size,
  region,
  availability,
  isolation,
}: ShapeOptions): Record<string, string | undefined> => ({
  product,
  version,
  size,
  region,
  availability: availability && oneOf(availability, AVAILABILITIES, '--availability'),
  isolation: isolation && oneOf(isolation, ISOLATIONS, '--isolation'),
});
