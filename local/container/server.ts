/** The gRPC face: google.container.v1.ClusterManager, for the official client. */
import { loadProtos, type Message, serveGrpc } from '../grpc.ts';
import { type Face, ServiceError, STATUS, type World } from '../service.ts';
import type { ContainerModel } from './model.ts';
import type { ClusterResource } from './resource.ts';

export function serveContainer(world: World, port: number, model: ContainerModel): Promise<Face> {
  const root = loadProtos('@google-cloud/container', 'build/protos/protos.json');
  const plain = (type: string, message: Message): Record<string, unknown> =>
    root
      .lookupType(`google.container.v1.${type}`)
      .toObject(message ?? {}, { enums: String, longs: Number, defaults: false });

  /** Reads `projects/P/locations/L/clusters/C/…`; the older, split fields are read where the new one is empty. */
  const parse = (
    name: string,
    old: Message,
    ...collections: string[]
  ): [location: string, ...names: string[]] => {
    const path = name || oldName(old, collections);
    const parts = path.split('/');
    const ids = parts.filter((_, i) => i % 2 === 1);
    const labels = parts.filter((_, i) => i % 2 === 0);
    const expected = ['projects', 'locations', ...collections];
    const fits =
      labels.length === expected.length &&
      expected.every((label, i) => label === labels[i] || (i === 1 && labels[i] === 'zones'));
    if (!fits || ids.length !== expected.length || ids.some((id) => id === '')) {
      throw new ServiceError(STATUS.INVALID_ARGUMENT, `Invalid resource name "${path}".`);
    }
    const [project, location = '', ...names] = ids;
    if (project !== world.projectId) {
      throw new ServiceError(
        STATUS.PERMISSION_DENIED,
        `Required "container" permission(s) for "projects/${project}".`,
      );
    }
    return [location, ...names];
  };

  return serveGrpc(
    [
      {
        root,
        name: 'google.container.v1.ClusterManager',
        handlers: {
          createCluster(request) {
            const [location] = parse(request.parent, request);
            return model.createCluster(location, plain('Cluster', request.cluster) as ClusterResource);
          },
          getCluster(request) {
            const [location, name = ''] = parse(request.name, request, 'clusters');
            return model.getCluster(location, name);
          },
          listClusters(request) {
            const [location] = parse(request.parent, request);
            const missingZones = model.missingZones(location);
            return { clusters: model.listClusters(location, missingZones), missingZones };
          },
          deleteCluster(request) {
            const [location, name = ''] = parse(request.name, request, 'clusters');
            return model.deleteCluster(location, name);
          },
          updateCluster(request) {
            const [location, name = ''] = parse(request.name, request, 'clusters');
            return model.updateCluster(location, name, plain('ClusterUpdate', request.update));
          },
          setNodePoolSize(request) {
            const [location, name = '', pool = ''] = parse(request.name, request, 'clusters', 'nodePools');
            return model.setNodePoolSize(location, name, pool, request.nodeCount);
          },
          listNodePools(request) {
            const [location, name = ''] = parse(request.parent, request, 'clusters');
            return { nodePools: model.listNodePools(location, name) };
          },
          getNodePool(request) {
            const [location, name = '', pool = ''] = parse(request.name, request, 'clusters', 'nodePools');
            const found = model.listNodePools(location, name).find((candidate) => candidate.name === pool);
            if (found) return found;
            throw new ServiceError(STATUS.NOT_FOUND, `Not found: ${request.name}.`);
          },
          getOperation(request) {
            const [location, name = ''] = parse(request.name, request, 'operations');
            return model.getOperation(location, name);
          },
          listOperations(request) {
            const [location] = parse(request.parent, request);
            return { operations: model.listOperations(location) };
          },
          cancelOperation(request) {
            const [location, name = ''] = parse(request.name, request, 'operations');
            model.cancelOperation(location, name);
            return {};
          },
          getServerConfig(request) {
            const [location] = parse(request.name, request);
            return model.serverConfig(location);
          },
        },
      },
    ],
    port,
  );
}

/** The deprecated fields, put together as the new name. */
function oldName(old: Message, collections: string[]): string {
  const ids: Record<string, string> = {
    clusters: old.clusterId ?? '',
    nodePools: old.nodePoolId ?? '',
    operations: old.operationId ?? '',
  };
  const tail = collections.map((collection) => `/${collection}/${ids[collection] ?? ''}`).join('');
  return `projects/${old.projectId ?? ''}/locations/${old.zone ?? ''}${tail}`;
}
