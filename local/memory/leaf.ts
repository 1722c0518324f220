/** The port to the inside of clusters straight on the model of the Kubernetes stand-in, for the simulation. */

import { refusalError, unreachableError } from '../../functions/leaf/errors.ts';
import {
  FIELD_MANAGER,
  type KubeMetadata,
  type KubeObject,
  type Leaf,
  type Leaves as LeavesPort,
} from '../../functions/leaf/leaf.ts';
import { AppError } from '../../shared/errors.ts';
import * as api from '../kubernetes/api.ts';
import { ReplyLost, throughDoor } from '../kubernetes/door.ts';
import { ApiError } from '../kubernetes/errors.ts';
import { copy } from '../kubernetes/json.ts';
import type { Kind } from '../kubernetes/kinds.ts';
import type { LeafCluster } from '../kubernetes/leaf-cluster.ts';
import type { Leaves } from '../kubernetes/leaves.ts';
import type { Stored } from '../kubernetes/objects.ts';
import { podLog } from '../kubernetes/pod-logs.ts';
import { parseLabelSelector } from '../kubernetes/selectors.ts';
import { requestToken } from '../kubernetes/tokens.ts';

export function memoryLeaves(leaves: Pick<Leaves, 'findByServer'>): LeavesPort {
  return { open: (connection) => leafOver(() => leaves.findByServer(connection.server)) };
}

function leafOver(running: () => LeafCluster | undefined): Leaf {
  /** Later than the caller, as any reply is; and what the model refuses becomes what the client throws. */
  const call = async <T>(request: string, carryOut: (leaf: LeafCluster) => T): Promise<T> => {
    await null;
    const leaf = running();
    if (!leaf) throw unreachableError(request, new Error('connect ECONNREFUSED'));
    try {
      return throughDoor(leaf, request, () => carryOut(leaf));
    } catch (error) {
      if (error instanceof ReplyLost) throw unreachableError(request, error);
      if (!(error instanceof ApiError)) throw error;
      throw refusalError(request, { status: error.code, reason: error.reason, message: error.message });
    }
  };
  return {
    apply: (object) =>
      call(`PATCH ${nameOf(object.kind, object.metadata)}`, (leaf) => {
        const kind = kindOf(leaf, object);
        const { name, namespace } = object.metadata;
        const options = { manager: FIELD_MANAGER, force: true };
        return metadataOf(api.apply(leaf, kind, namespace, name, object, options).object);
      }),
    create: (object) =>
      call(`POST ${nameOf(object.kind, object.metadata)}`, (leaf) => {
        const kind = kindOf(leaf, object);
        const { name, namespace } = object.metadata;
        if (leaf.objects.get(kind, namespace, name)) return 'exists';
        api.create(leaf, kind, namespace, copy(object), { manager: FIELD_MANAGER });
        return 'created';
      }),
    find: (ref) =>
      call(`GET ${nameOf(ref.kind, ref)}`, (leaf) => {
        const kind = findKind(leaf, ref);
        const found = kind && leaf.objects.get(kind, ref.namespace, ref.name);
        return found && (copy(found) as KubeObject);
      }),
    findMetadata: (ref) =>
      call(`GET ${nameOf(ref.kind, ref)}`, (leaf) => {
        const kind = findKind(leaf, ref);
        const found = kind && leaf.objects.get(kind, ref.namespace, ref.name);
        return found && metadataOf(found);
      }),
    list: ({ apiVersion, kind, namespace, labelSelector, metadataOnly, pick = (object) => object }) =>
      call(`GET ${kind} ${namespace ?? ''}`, (leaf) =>
        api
          .list(leaf, kindOf(leaf, { apiVersion, kind }), namespace, parseLabelSelector(labelSelector))
          .map((object) => pick(metadataOnly ? metadataOf(object) : (copy(object) as KubeObject))),
      ),
    delete: (ref, uid) =>
      call(`DELETE ${nameOf(ref.kind, ref)}`, (leaf) => {
        const kind = findKind(leaf, ref);
        const live = kind && leaf.objects.get(kind, ref.namespace, ref.name);
        if (!live || live.metadata.uid !== (uid ?? live.metadata.uid)) return;
        api.remove(leaf, kind, ref.namespace, ref.name, { propagation: 'Background' });
      }),
    logTail: ({ namespace, name, container }, lines) =>
      call(`GET log ${namespace}/${name}`, (leaf) => {
        const query = new URLSearchParams({ tailLines: String(lines), ...(container && { container }) });
        try {
          return podLog(leaf, { namespace, name }, query);
        } catch (error) {
          // It has not started, or the pod is gone.
          if (error instanceof ApiError && (error.code === 400 || error.code === 404)) return '';
          throw error;
        }
      }),
    forward: async () => {
      throw new Error('there are no wires to a port in memory');
    },
    issueToken: ({ namespace, name }, lifeMs) =>
      call(`POST token ${namespace}/${name}`, (leaf) => {
        const request = { spec: { expirationSeconds: Math.floor(lifeMs / 1000) } };
        try {
          const { status } = requestToken(leaf, namespace, name, request) as TokenReply;
          return { token: status.token, expiresAt: Date.parse(status.expirationTimestamp) };
        } catch (error) {
          if (!(error instanceof ApiError) || error.code !== 404) throw error;
          throw new AppError('NOT_FOUND', `${namespace}/${name}`);
        }
      }),
  };
}

const metadataOf = ({ apiVersion, kind, metadata }: Stored): KubeMetadata =>
  copy({ apiVersion, kind, metadata }) as KubeMetadata;

const nameOf = (
  kind: string,
  { namespace, name }: { namespace?: string | undefined; name: string },
): string => `${kind} ${namespace ?? ''}/${name}`;

interface TokenReply {
  status: { token: string; expirationTimestamp: string };
}

interface Named {
  apiVersion: string;
  kind: string;
}

/** Also of a kind that a CustomResourceDefinition defines; without one, there is nothing of that kind. */
const findKind = (leaf: LeafCluster, { apiVersion, kind }: Named): Kind | undefined =>
  leaf.kinds.byName(apiVersion, kind);

function kindOf(leaf: LeafCluster, named: Named): Kind {
  const found = findKind(leaf, named);
  if (!found) throw new ApiError(404, 'NotFound', `no kind ${named.kind} in ${named.apiVersion}`);
  return found;
}
