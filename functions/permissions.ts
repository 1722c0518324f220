/**
 * What the identity of each function may do in the project, and nothing more: Terraform makes a custom role of each list. A function that
 * makes a further call gets a further line here, and a line that no function needs any more is found by `test/security`. What is not a
 * right in the project is not here: secrets (`SECRETS` in config.ts), the right to run nodes as their service account (`actsAsNodes`),
 * that to tokens of the one that reads charts (`issuesChartTokens`), and what a binding inside of each cluster gives to `credentials`.
 *
 * In clusters, GKE lets in whoever has a permission `container.*` as it does with Kubernetes' own roles; a patch counts as an update:
 * https://cloud.google.com/kubernetes-engine/docs/reference/api-permissions
 */
import { stepTopic, TOPICS } from '../shared/messages.ts';

/** https://cloud.google.com/firestore/docs/security/iam#required_permissions: a query needs both. */
const GET_DOCUMENTS = ['datastore.entities.get'];
const READ_DOCUMENTS = [...GET_DOCUMENTS, 'datastore.entities.list'];
const WRITE_DOCUMENTS = ['datastore.entities.create', 'datastore.entities.update'];
const DELETE_DOCUMENTS = ['datastore.entities.delete'];
const PUBLISH = ['pubsub.topics.publish'];
/** The receiver of metrics, for whoever says to which project they belong. */
const MEASURE = ['monitoring.timeSeries.create', 'serviceusage.services.use'];
/** Checks ID tokens for being revoked, and finds people. */
const LOOK_UP_PEOPLE = ['firebaseauth.users.get'];
/** https://cloud.google.com/identity-platform/docs/access-control#api_permissions */
const DELETE_PEOPLE = ['firebaseauth.users.delete'];

const ALL = [...READ_DOCUMENTS, ...WRITE_DOCUMENTS, ...MEASURE];

const GET_CLUSTER = ['container.clusters.get'];
const MAKE_CLUSTER = ['container.clusters.create'];
/** Ending a creation that hangs is a change of the cluster. */
const REMOVE_CLUSTER = [...GET_CLUSTER, 'container.clusters.delete', 'container.clusters.update'];
const LIST_CLUSTERS = ['container.clusters.list'];

/** One with another source is made anew; what its source is may be told by the cluster's subnetwork alone. */
const FIREWALL = [
  'compute.firewalls.create',
  'compute.firewalls.delete',
  'compute.firewalls.list',
  'compute.networks.updatePolicy',
  'compute.subnetworks.get',
];
const LIST_LEFTOVERS = [
  'compute.addresses.list',
  'compute.backendServices.list',
  'compute.disks.list',
  'compute.firewalls.list',
  'compute.forwardingRules.list',
  'compute.globalAddresses.list',
  'compute.globalForwardingRules.list',
  'compute.healthChecks.list',
  'compute.httpHealthChecks.list',
  'compute.networkEndpointGroups.list',
  'compute.regionBackendServices.list',
  'compute.regionHealthChecks.list',
  'compute.subnetworks.list',
  'compute.targetPools.list',
];
const REMOVE_LEFTOVERS = [
  'compute.addresses.delete',
  'compute.disks.delete',
  'compute.firewalls.delete',
  'compute.forwardingRules.delete',
  'compute.globalAddresses.delete',
  'compute.globalForwardingRules.delete',
  'compute.httpHealthChecks.delete',
  'compute.networkEndpointGroups.delete',
  'compute.networks.updatePolicy',
  'compute.regionBackendServices.delete',
  'compute.regionHealthChecks.delete',
  'compute.subnetworks.delete',
  'compute.targetPools.delete',
];

const MAKE_BUCKETS = [
  'storage.buckets.create',
  'storage.buckets.get',
  'storage.buckets.getIamPolicy',
  'storage.buckets.setIamPolicy',
];
const REMOVE_BUCKETS = [
  'storage.buckets.delete',
  'storage.buckets.get',
  // One that may not be read is looked for in the project's own list.
  'storage.buckets.list',
  // One that holds much is also left to the service to empty: a setting of the bucket's.
  'storage.buckets.update',
  'storage.objects.delete',
  'storage.objects.list',
  // What somebody put a hold on cannot be deleted. It lets nobody read: https://cloud.google.com/storage/docs/json_api/v1/objects/patch
  'storage.objects.update',
];
const LIST_BUCKETS = ['storage.buckets.list'];

const READ_RECORDS = ['dns.resourceRecordSets.list'];
/** https://cloud.google.com/dns/docs/access-control: what else a change needs is told by what is in it. */
const REMOVE_RECORDS = [...READ_RECORDS, 'dns.changes.create', 'dns.resourceRecordSets.delete'];
/** A change is served a while after it was made. */
const MAKE_RECORDS = [
  ...REMOVE_RECORDS,
  'dns.changes.list',
  'dns.resourceRecordSets.create',
  'dns.resourceRecordSets.update',
];

const ENTER = [...GET_CLUSTER, 'container.clusters.connect'];
/** The way to an application that is not open to the outside. */
const FORWARD = ['container.pods.list', 'container.pods.portForward'];

const LOOK_AT_PARTS = ['container.deployments.list', 'container.statefulSets.list'];
/** Whether there is anything left of an installer's. */
const LOOK_AT_INSTALLER = ['container.clusterRoleBindings.get', 'container.secrets.get'];
/** Whether all that Hub keeps in it is there. */
const LOOK_AT_GUARDS = [
  'container.endpointSlices.list',
  'container.limitRanges.list',
  'container.namespaces.list',
  'container.networkPolicies.list',
  'container.priorityClasses.list',
  'container.resourceQuotas.list',
  'container.roleBindings.list',
  'container.roles.list',
  'container.storageClasses.list',
];
const INSTALL = [
  ...LOOK_AT_PARTS,
  'container.clusterRoleBindings.create',
  'container.clusterRoleBindings.delete',
  'container.clusterRoleBindings.update',
  // The installer is bound to what it may do, which its maker need not be able to do.
  'container.clusterRoles.bind',
  'container.endpointSlices.list',
  // Why a load balancer has no address.
  'container.events.list',
  'container.jobs.create',
  // Of a Hub that was replaced while its installer was at work.
  'container.jobs.delete',
  'container.jobs.get',
  'container.jobs.list',
  'container.jobs.update',
  'container.limitRanges.create',
  'container.limitRanges.update',
  'container.namespaces.create',
  'container.namespaces.update',
  'container.networkPolicies.create',
  'container.networkPolicies.update',
  'container.pods.getLogs',
  'container.pods.list',
  'container.priorityClasses.create',
  'container.priorityClasses.update',
  'container.resourceQuotas.create',
  'container.resourceQuotas.update',
  'container.roleBindings.create',
  'container.roleBindings.update',
  'container.roles.bind',
  'container.roles.create',
  'container.roles.escalate',
  'container.roles.update',
  'container.secrets.create',
  'container.secrets.delete',
  'container.secrets.get',
  'container.secrets.list',
  'container.secrets.update',
  'container.serviceAccounts.create',
  'container.serviceAccounts.update',
  'container.services.get',
  // That of volumes says whose their disks are.
  'container.storageClasses.create',
  'container.storageClasses.update',
];
const LOOK_AT_MEMBERS = ['container.roleBindings.list', 'container.serviceAccounts.list'];
const ADMIT_MEMBERS = [
  ...LOOK_AT_MEMBERS,
  ...FORWARD,
  // After an owner left, pachd starts anew.
  'container.pods.delete',
  'container.roleBindings.create',
  'container.roleBindings.delete',
  'container.roleBindings.update',
  'container.roles.bind',
  'container.secrets.create',
  'container.secrets.update',
  'container.serviceAccounts.create',
  'container.serviceAccounts.delete',
  'container.serviceAccounts.update',
];
const LOOK_AT_EXPOSURE = [
  'container.secrets.get',
  'container.services.get',
  'container.thirdPartyObjects.get',
];
/** What is found open is closed at once: a gateway is one of the mesh's own kinds. */
const CLOSE = ['container.thirdPartyObjects.delete'];
/** So are routes. Members who changed meanwhile are admitted before anybody listens. */
const EXPOSE = [
  ...ADMIT_MEMBERS,
  ...CLOSE,
  'container.secrets.get',
  'container.services.get',
  'container.secrets.create',
  'container.secrets.update',
  'container.thirdPartyObjects.create',
  'container.thirdPartyObjects.update',
];
const DRAIN = [
  'container.clusterRoleBindings.delete',
  'container.cronJobs.delete',
  'container.cronJobs.list',
  'container.daemonSets.delete',
  'container.daemonSets.list',
  'container.deployments.delete',
  'container.deployments.list',
  'container.jobs.delete',
  'container.jobs.list',
  'container.persistentVolumeClaims.delete',
  'container.persistentVolumeClaims.list',
  'container.persistentVolumes.list',
  'container.pods.delete',
  'container.pods.list',
  'container.replicaSets.delete',
  'container.replicaSets.list',
  'container.replicationControllers.delete',
  'container.replicationControllers.list',
  'container.services.delete',
  'container.services.list',
  'container.statefulSets.delete',
  'container.statefulSets.list',
];

const STEP = [...GET_DOCUMENTS, ...WRITE_DOCUMENTS, ...MEASURE, ...PUBLISH];
/** Whoever makes room looks for those who wait for it. */
const STEP_IN_QUEUE = [...STEP, ...READ_DOCUMENTS];
const REMOVE = [...REMOVE_CLUSTER, ...REMOVE_BUCKETS, ...REMOVE_LEFTOVERS, ...REMOVE_RECORDS];
const LIST = [...LIST_CLUSTERS, ...LIST_LEFTOVERS, ...LIST_BUCKETS, ...READ_RECORDS];

const sorted = (permissions: readonly string[]): readonly string[] => [...new Set(permissions)].sort();

/** By the function's name in the manifest. */
export const PERMISSIONS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries({
    api: [...ALL, ...DELETE_DOCUMENTS, ...PUBLISH, ...LOOK_UP_PEOPLE],
    // Who is invited may come straight to the application, and becomes a member of its cluster on the way.
    oidc: [...ALL, ...DELETE_DOCUMENTS, ...PUBLISH, ...LOOK_UP_PEOPLE],
    // In a cluster it may do what a RoleBinding says that Hub makes there: functions/leaf/roles.ts.
    // An address that has changed is told to the cluster first.
    credentials: [...STEP, ...LOOK_UP_PEOPLE, ...ENTER],
    [stepTopic('admit')]: STEP_IN_QUEUE,
    [stepTopic('provision')]: [
      ...STEP_IN_QUEUE,
      ...MAKE_CLUSTER,
      // Of zones that had no machines, and what stayed behind there.
      ...REMOVE_CLUSTER,
      'compute.subnetworks.delete',
      ...FIREWALL,
      ...MAKE_BUCKETS,
      ...MAKE_RECORDS,
    ],
    [stepTopic('install')]: [...STEP, ...ENTER, ...INSTALL],
    [stepTopic('secure')]: [...STEP, ...ENTER, ...ADMIT_MEMBERS],
    [stepTopic('expose')]: [...STEP, ...ENTER, ...EXPOSE, ...MAKE_RECORDS],
    // Others of its place are looked at, if it cannot be reached.
    [stepTopic('personalize')]: [...STEP, ...READ_DOCUMENTS, ...ENTER, ...ADMIT_MEMBERS, ...CLOSE],
    [stepTopic('share')]: [...STEP, ...ENTER, ...ADMIT_MEMBERS, ...CLOSE],
    [stepTopic('repair')]: [
      ...STEP,
      ...ENTER,
      ...FIREWALL,
      ...INSTALL,
      ...ADMIT_MEMBERS,
      ...EXPOSE,
      ...MAKE_RECORDS,
    ],
    [stepTopic('undo')]: [...STEP_IN_QUEUE, ...DELETE_DOCUMENTS, ...ENTER, ...DRAIN, ...REMOVE, ...LIST],
    [stepTopic('drain')]: [...STEP, ...ENTER, ...DRAIN, ...REMOVE_RECORDS],
    [stepTopic('deprovision')]: [...STEP, ...REMOVE],
    [stepTopic('prove')]: [...STEP_IN_QUEUE, ...DELETE_DOCUMENTS, ...REMOVE, ...LIST],
    [TOPICS.hint]: [...GET_DOCUMENTS, ...MEASURE, ...PUBLISH],
    [TOPICS.signal]: [...GET_DOCUMENTS, ...WRITE_DOCUMENTS, ...MEASURE],
    [TOPICS.sweep]: [...ALL, ...PUBLISH],
    [TOPICS.drift]: [
      ...ALL,
      ...PUBLISH,
      ...ENTER,
      ...FORWARD,
      ...LOOK_AT_PARTS,
      ...LOOK_AT_GUARDS,
      ...LOOK_AT_INSTALLER,
      ...LOOK_AT_MEMBERS,
      ...LOOK_AT_EXPOSURE,
      ...READ_RECORDS,
    ],
    [TOPICS.durations]: ALL,
    [TOPICS.orphans]: [...ALL, ...REMOVE, ...LIST],
    // The one function that may delete people.
    [TOPICS.closing]: [...ALL, ...PUBLISH, ...DELETE_DOCUMENTS, ...LOOK_UP_PEOPLE, ...DELETE_PEOPLE],
    [TOPICS.status]: ALL,
    [TOPICS.topUp]: [...ALL, ...PUBLISH],
    [TOPICS.deadLetter]: [...GET_DOCUMENTS, ...WRITE_DOCUMENTS, ...MEASURE],
  }).map(([name, permissions]) => [name, sorted(permissions)]),
);

/** Whoever makes clusters says as whom their nodes run, and must be allowed to: `iam.serviceAccounts.actAs` on that account alone. */
export const actsAsNodes = (name: string): boolean => name === stepTopic('provision');

/**
 * Whoever starts an installation gives it a token that reads charts, and must be allowed to: by a role of this one permission, on the
 * account that the token is of alone. `roles/iam.serviceAccountTokenCreator` could also sign in its name.
 */
export const ISSUE_TOKEN = 'iam.serviceAccounts.getAccessToken';
export const issuesChartTokens = (name: string): boolean =>
  name === stepTopic('install') || name === stepTopic('repair');
