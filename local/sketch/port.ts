/** The port to the inside of clusters on the sketch, with the door, the faults and the refusals of `../memory/leaf.ts`. */
import { refusalError, unreachableError } from '../../functions/leaf/errors.ts';
import {
  FIELD_MANAGER,
  type KubeObject,
  type Leaf,
  type Leaves as LeavesPort,
} from '../../functions/leaf/leaf.ts';
import { AppError } from '../../shared/errors.ts';
import { ReplyLost, throughDoor } from '../kubernetes/door.ts';
import { ApiError } from '../kubernetes/errors.ts';
import { apply, create, find, list, metadataOf, remove } from './api.ts';
import { logTailOf } from './jobs.ts';
import type { SketchLeaves } from './leaves.ts';
import type { SketchLeaf } from './sketch-leaf.ts';
import { issueToken } from './tokens.ts';

export const sketchPort = (leaves: Pick<SketchLeaves, 'findByServer'>): LeavesPort => ({
  open: ({ server }) => leafOver(() => leaves.findByServer(server)),
});

const nameOf = (kind: string, { namespace, name }: { namespace?: string; name: string }): string =>
  `${kind} ${namespace ?? ''}/${name}`;

function leafOver(running: () => SketchLeaf | undefined): Leaf {
  const call = async <T>(request: string, carryOut: (leaf: SketchLeaf) => T): Promise<T> => {
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
  const toldOf = (leaf: SketchLeaf, object: KubeObject): KubeObject => metadataOf(leaf, object);
  return {
    apply: (object) =>
      call(`PATCH ${nameOf(object.kind, object.metadata)}`, (leaf) =>
        metadataOf(leaf, apply(leaf, FIELD_MANAGER, object)),
      ),
    create: (object) => call(`POST ${nameOf(object.kind, object.metadata)}`, (leaf) => create(leaf, object)),
    find: (ref) => call(`GET ${nameOf(ref.kind, ref)}`, (leaf) => find(leaf, ref)),
    findMetadata: (ref) =>
      call(`GET ${nameOf(ref.kind, ref)}`, (leaf) => {
        const found = find(leaf, ref);
        return found && metadataOf(leaf, found);
      }),
    list: (query) =>
      call(`GET ${query.kind} ${query.namespace ?? ''}`, (leaf) => {
        const found = list(leaf, query);
        const told = query.metadataOnly ? found.map((object) => toldOf(leaf, object)) : found;
        return query.pick ? told.map(query.pick) : told;
      }),
    delete: (ref, uid) =>
      call(`DELETE ${nameOf(ref.kind, ref)}`, (leaf) => {
        if (uid === undefined || find(leaf, ref)?.metadata.uid === uid) remove(leaf, ref);
      }),
    logTail: (pod, lines) =>
      call(`GET log ${pod.namespace}/${pod.name}`, (leaf) => logTailOf(leaf, pod, lines)),
    forward: async () => {
      throw new Error('there are no wires to a port in memory');
    },
    issueToken: (account, lifeMs) =>
      call(`POST token ${account.namespace}/${account.name}`, (leaf) => {
        const issued = issueToken(leaf, account, lifeMs);
        if (!issued) throw new AppError('NOT_FOUND', `${account.namespace}/${account.name}`);
        return issued;
      }),
  };
}
