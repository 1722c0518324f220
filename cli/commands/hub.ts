/** What a Hub offers, and how it is. */
import type { CatalogReply, QuoteReply } from '../../shared/api/catalog.ts';
import type { StatusReply } from '../../shared/api/status.ts';
import { durationInWords } from '../../shared/duration.ts';
import { inDollars } from '../../shared/money.ts';
import { seconds } from '../../shared/units.ts';
import { type Commands, type CommonOptions, command, contextOf } from '../context.ts';
import { facts, table } from '../table.ts';
import { type ShapeOptions, shapeOf, shapeOptions } from './shape.ts';

const WAITS: Record<QuoteReply['wait']['basis'], string> = {
  spare: 'a spare is waiting',
  observed: 'as it took here lately',
  typical: 'as it typically takes',
};

export const hubCommands: Commands = (program, io) => {
  command(program, 'catalog', 'products, versions, sizes, regions and prices').action(
    async (options: CommonOptions) => {
      const { api, print } = contextOf(io, options);
      const { body } = await api.ask<CatalogReply>('GET /v1/catalog');
      print(body, () => catalogInWords(body));
    },
  );

  shapeOptions(command(program, 'quote', 'what a cluster would cost, and how long it would take')).action(
    async (options: CommonOptions & ShapeOptions) => {
      const { api, print } = contextOf(io, options);
      const { body } = await api.ask<QuoteReply>('GET /v1/quote', { query: shapeOf(options) });
      const { wait, room, hourlyPrice, product, version, size, region, availability } = body;
      print(body, () =>
        facts({
          Cluster: `${product} ${version}, ${size}, ${availability} in ${region}`,
          'Price per hour': inDollars(hourlyPrice),
          'Ready after':
            wait.expectedMs === null
              ? 'nobody knows; there is no room'
              : `${durationInWords(wait.expectedMs)} (${WAITS[wait.basis]})`,
          'In the way': room === null ? undefined : `${room.message} ${room.remedy}`,
        }),
      );
    },
  );

  command(program, 'status', 'how Hub is').action(async (options: CommonOptions) => {
    const { anonymous, print } = contextOf(io, options);
    // That it answers at all is one thing; what it knows of itself another.
    await anonymous.ask('GET /v1/health');
    const { body } = await anonymous.ask<StatusReply>('GET /v1/status');
    print(body, () => statusInWords(body));
  });

  const files = [
    ['keys', 'the public keys of clean-up certificates', 'GET /v1/keys'],
    ['openapi', 'the description of the API', 'GET /v1/openapi.json'],
  ] as const;
  for (const [name, says, endpoint] of files) {
    command(program, name, says).action(async (options: CommonOptions) => {
      const { body } = await contextOf(io, options).anonymous.ask(endpoint);
      // Made to be kept in a file: the same with --json and without.
      io.out.write(`${JSON.stringify(body, null, 2)}\n`);
    });
  }
};

function catalogInWords({ products, sizes, regions, defaults }: CatalogReply): string {
  const mark = (id: string, chosen: string): string => (id === chosen ? `${id} *` : id);
  return [
    table([
      ['PRODUCT', 'VERSIONS', ''],
      ...products.map(({ id, label, versions }) => [
        mark(id, defaults.product),
        versions.map((one) => (one.default ? `${one.version} *` : one.version)).join(', '),
        label,
      ]),
    ]),
    table([
      ['SIZE', 'NODES', 'MACHINE', 'DISK', 'PER HOUR', 'REGIONAL'],
      ...sizes.map(({ id, nodes, machineType, diskGiB, hourlyPrice }) => [
        mark(id, defaults.size),
        String(nodes),
        machineType,
        `${diskGiB} GiB`,
        inDollars(hourlyPrice.zonal),
        inDollars(hourlyPrice.regional),
      ]),
    ]),
    table([['REGION', ''], ...regions.map(({ id, label }) => [mark(id, defaults.region), label])]),
    '* if you do not say otherwise\n',
  ].join('\n');
}

function statusInWords({ status, components, readySeconds, updateTime }: StatusReply): string {
  return [
    facts({
      Hub: status,
      'Ready after':
        readySeconds === null
          ? undefined
          : `${durationInWords(seconds(readySeconds.p50))}; 95 of 100 within ${durationInWords(seconds(readySeconds.p95))}`,
      'As of': updateTime,
    }),
    table([
      ['COMPONENT', 'STATUS', ''],
      ...Object.entries(components).map(([name, one]) => [name, one.status, one.message]),
    ]),
  ].join('\n');
}
