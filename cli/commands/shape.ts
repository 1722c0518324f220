/** The options that say what a cluster is to be like. What is left out is the catalog's default. */
import { type Command, Option } from 'commander';
import { availability as availabilities, isolation as isolations } from '../../shared/documents/cluster.ts';

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
    .addOption(
      new Option(
        '--availability <kind>',
        'in one zone, or in all of the region: three times the machines, and it survives a zone but for the disks that are in it',
      ).choices(availabilities.options),
    )
    .addOption(new Option('--isolation <kind>', 'what it shares with others').choices(isolations.options));

/** As the API takes it, of options which may be those of a command. */
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
  availability,
  isolation,
});
