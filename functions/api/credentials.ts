/**
 * What a member needs to work in a cluster with tools of their own: made when it is asked for, good for less than an hour, kept nowhere.
 * It is served by a function of its own, whose identity may do nothing else in a cluster.
 */
import {
  type CredentialsQuery,
  credentialsQuery,
  kubeconfigReply,
  pachctlConfigReply,
} from '../../shared/api/credentials.ts';
import { entriesOf } from '../../shared/catalog/catalog.ts';
import { distinctName } from '../../shared/distinct-name.ts';
import { type Cluster, clusterPath } from '../../shared/documents/cluster.ts';
import { AppError } from '../../shared/errors.ts';
import { rowOf } from '../../shared/lifecycle/table.ts';
import { minutes } from '../../shared/units.ts';
import { asHub } from '../access/hub-principal.ts';
import { memberAccountName } from '../access/member-account.ts';
import { siteOf } from '../access/site.ts';
import { requireGoodAccounts } from '../accounts/standing.ts';
import { audited, commitAudited } from '../audit.ts';
import { hostOf } from '../clusters/host.ts';
import { MEMBERS_NAMESPACE } from '../leaf/names.ts';
import { requireKnownAddress } from '../members/address.ts';
import { emailOf } from '../members/membership.ts';
import { pachctlConfig } from '../pachyderm/context.ts';
import type { Ports } from '../ports.ts';
import { digestOf, newSecret } from '../secrets.ts';
import { type Endpoint, endpoint, type Reply } from './endpoint.ts';
import { kubeconfig } from './kubeconfig.ts';
import { requireCluster } from './require-cluster.ts';

/** Asked for; the clock of a cluster may be a little ahead of ours. */
const LIFE_MS = minutes(55);
/** Nothing that is handed out may live longer. */
const MAX_LIFE_MS = minutes(60);

const get = endpoint<undefined, CredentialsQuery>({
  name: 'GET /v1/clusters/{id}/credentials',
  summary: 'Your own way into a cluster, for kubectl or for pachctl. Good for less than an hour.',
  status: 200,
  makes: true,
  reply: pachctlConfigReply,
  texts: { 'application/yaml': kubeconfigReply },
  refuses: [
    'ACCOUNT_CLOSING',
    'ACCOUNT_SUSPENDED',
    'OWNER_SUSPENDED',
    'NOT_ACCEPTED_IN_STATE',
    'ACCESS_NOT_READY',
    'UNSUPPORTED_CREDENTIALS',
    'LEAF_UNAVAILABLE',
    'PRODUCT_REFUSED',
    'CLUSTER_VANISHED',
    'PROVIDER_UNAVAILABLE',
    'PERMISSION_DENIED',
  ],
  query: credentialsQuery,
  async handle(call) {
    const { ports, principal, query } = call;
    const { cluster } = await requireCluster(call);
    await requireGoodAccounts(ports, principal().uid, cluster.owner, 'use');
    if (!rowOf(cluster.state).usable)
      throw new AppError('NOT_ACCEPTED_IN_STATE', `It is "${cluster.state}" and cannot be used now.`);
    await requireKnownAddress(ports, cluster.id, principal());
    const { body, headers } = await ISSUERS[query.kind](ports, cluster, principal().uid);
    const entry = audited(ports, {
      actor: principal().uid,
      action: 'issue-credentials',
      target: clusterPath(cluster.id),
      cluster: cluster.id,
      reason: query.kind,
    });
    // Before they are handed out: nobody holds any of which nothing is known.
    await commitAudited(ports, [], entry);
    return { body, headers: { ...headers, 'cache-control': 'no-store' } };
  },
});

export const CREDENTIALS_ENDPOINTS: readonly Endpoint[] = [get];

type Issuer = (ports: Ports, cluster: Cluster, uid: string) => Promise<Reply>;

const ISSUERS: Readonly<Record<CredentialsQuery['kind'], Issuer>> = {
  kubeconfig: forKubectl,
  pachctl: forPachctl,
};

async function forKubectl(ports: Ports, cluster: Cluster, uid: string): Promise<Reply> {
  const { connection, leaf, product } = await siteOf(cluster, ports);
  const account = { namespace: MEMBERS_NAMESPACE, name: memberAccountName(uid) };
  const { token, expiresAt } = await leaf.issueToken(account, LIFE_MS).catch((error: unknown) => {
    // It is made by the step that tells the cluster of its members.
    if (error instanceof AppError && error.code === 'NOT_FOUND') throw new AppError('ACCESS_NOT_READY');
    throw error;
  });
  if (expiresAt > ports.clock.now() + MAX_LIFE_MS)
    throw new AppError('BUG', 'the cluster gave a token that lives too long');
  const { id: clusterId } = cluster;
  const name = distinctName(cluster);
  const body = kubeconfig({ name, clusterId, connection, namespace: product.namespace, token });
  return { body, headers: { 'content-type': 'application/yaml' } };
}

/** The application learns the hash of the token from Hub, so that nobody but its member ever holds it. */
async function forPachctl(ports: Ports, cluster: Cluster, uid: string): Promise<Reply> {
  const { access } = entriesOf(cluster.spec).product;
  if (access !== 'pachyderm') throw new AppError('UNSUPPORTED_CREDENTIALS');
  const email = emailOf(cluster, uid);
  if (email === '') throw new AppError('ACCESS_NOT_READY');
  const host = hostOf(cluster.id, ports.settings.zone);
  const token = newSecret(ports.random);
  const expiresAt = ports.clock.now() + LIFE_MS;
  // From inside, as Hub always does: nobody begins a sign-in from outside.
  const { connection, product } = await siteOf(cluster, ports);
  const { namespace } = product;
  await asHub(
    ports,
    cluster.id,
    ports.pachyderms.inside({ connection, namespace, host }),
    (pachyderm, admin) => pachyderm.registerToken(admin, { hash: digestOf(token), email, expiresAt }),
  );
  const { hostname, port } = new URL(`https://${host}`);
  const { id: deploymentId } = cluster;
  const name = distinctName(cluster);
  const { certificateRoot: ca } = ports.settings;
  return {
    body: pachctlConfig({
      name,
      host: hostname,
      ...(port !== '' && { port: Number(port) }),
      token,
      deploymentId,
      ...(ca !== undefined && { ca }),
    }),
  };
}
