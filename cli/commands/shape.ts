/** The options that say what a cluster is to be like. What is left out is the catalog's default. */
import type { Command } from 'commander';
import { availability as availabilities, isolation as isolations } from '../../shared/documents/cluster.ts';
import { oneOf } from './arguments.ts';

export interface ShapeOptions {
  product?: string;
  version?: string;
  size?: string;
  region?: string;
  availability?: string;
  isolation?: string;
}

export const shapeOptions = (command: Command): Command =>
  command
    .option('--product <id>', 'what runs in it (hub catalog has them all)')
    .option('--version <version>', 'of the product')
    .option('--size <id>', 'how large it is')
    .option('--region <id>', 'where it is')
    .option(
      '--availability <kind>',
      `${availabilities.options.join(' or ')}: regional has three times the machines, and survives a zone but for the disks that are in it`,
    )
    .option('--isolation <kind>', isolations.options.join(' or '));

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
  availability: availability && oneOf(availability, availabilities.options, '--availability'),
  isolation: isolation && oneOf(isolation, isolations.options, '--isolation'),
});
