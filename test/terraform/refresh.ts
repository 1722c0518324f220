/**
 * What a plan reads. Whoever plans needs, for each resource in the state, the permission of the request by which the provider reads it: read
 * out of the providers' sources (7.45), and of the references of the APIs that they ask. Pure.
 */
import { allBlocks, type Block, resourcesOf, type Tree, titleOf } from './tree.ts';

const POLICY = 'resourcemanager.projects.getIamPolicy';

const REFRESH: Readonly<Record<string, readonly string[]>> = {
  google_artifact_registry_repository: ['artifactregistry.repositories.get'],
  google_artifact_registry_repository_iam_member: ['artifactregistry.repositories.getIamPolicy'],
  // Of a single project: https://cloud.google.com/billing/docs/how-to/budget-api-access-control
  google_billing_budget: ['billing.resourcebudgets.read', 'resourcemanager.projects.get'],
  google_cloud_run_v2_service_iam_member: ['run.services.getIamPolicy'],
  google_cloud_scheduler_job: ['cloudscheduler.jobs.get'],
  google_cloudfunctions2_function: ['cloudfunctions.functions.get'],
  google_compute_firewall: ['compute.firewalls.get'],
  google_compute_network: ['compute.networks.get'],
  google_compute_router: ['compute.routers.get'],
  google_compute_router_nat: ['compute.routers.get'],
  google_dns_managed_zone: ['dns.managedZones.get'],
  google_dns_record_set: ['dns.resourceRecordSets.list'],
  google_firebase_hosting_custom_domain: ['firebasehosting.sites.get'],
  google_firebase_hosting_site: ['firebasehosting.sites.get'],
  google_firebase_project: ['firebase.projects.get', 'resourcemanager.projects.get'],
  google_firebase_web_app: ['firebase.clients.get'],
  google_firebaserules_release: ['firebaserules.releases.get'],
  google_firebaserules_ruleset: ['firebaserules.rulesets.get'],
  google_firestore_backup_schedule: ['datastore.backupSchedules.get'],
  google_firestore_database: ['datastore.databases.getMetadata'],
  // Called datastore.indexes.… before: https://cloud.google.com/firestore/docs/security/iam
  google_firestore_field: ['datastore.schemas.get', 'datastore.schemas.list'],
  google_firestore_index: ['datastore.schemas.get'],
  google_iam_workload_identity_pool: [
    'iam.googleapis.com/workloadIdentityPools.get',
    'iam.googleapis.com/workloadIdentityPools.getAttestationRules',
  ],
  google_iam_workload_identity_pool_provider: ['iam.googleapis.com/workloadIdentityPoolProviders.get'],
  google_identity_platform_config: ['firebaseauth.configs.get'],
  google_kms_crypto_key: ['cloudkms.cryptoKeys.get'],
  google_kms_crypto_key_iam_member: ['cloudkms.cryptoKeys.getIamPolicy'],
  google_kms_key_ring: ['cloudkms.keyRings.get'],
  google_logging_project_bucket_config: ['logging.buckets.get'],
  google_logging_project_sink: ['logging.sinks.get'],
  google_monitoring_alert_policy: ['monitoring.alertPolicies.get'],
  google_monitoring_custom_service: ['monitoring.services.get'],
  google_monitoring_dashboard: ['monitoring.dashboards.get'],
  google_monitoring_notification_channel: ['monitoring.notificationChannels.get'],
  google_monitoring_slo: ['monitoring.slos.get'],
  google_monitoring_uptime_check_config: ['monitoring.uptimeCheckConfigs.get'],
  google_org_policy_policy: ['orgpolicy.policy.get'],
  google_project: ['resourcemanager.projects.get'],
  google_project_iam_audit_config: [POLICY],
  google_project_iam_custom_role: ['iam.roles.get'],
  google_project_iam_member: [POLICY],
  google_project_iam_member_remove: [POLICY],
  google_project_service: ['resourcemanager.projects.get', 'serviceusage.services.list'],
  // Made once, and never looked at.
  google_project_service_identity: [],
  google_pubsub_subscription: ['pubsub.subscriptions.get'],
  google_pubsub_subscription_iam_member: ['pubsub.subscriptions.getIamPolicy'],
  google_pubsub_topic: ['pubsub.topics.get'],
  google_pubsub_topic_iam_member: ['pubsub.topics.getIamPolicy'],
  google_secret_manager_secret: ['secretmanager.secrets.get'],
  google_secret_manager_secret_iam_member: ['secretmanager.secrets.getIamPolicy'],
  google_service_account: ['iam.serviceAccounts.get'],
  google_service_account_iam_member: ['iam.serviceAccounts.getIamPolicy'],
  // https://cloud.google.com/storage/docs/json_api/v1/projects/serviceAccount/get
  google_storage_project_service_account: ['resourcemanager.projects.get'],
  terraform_data: [],
};

/** Given on each bucket by itself: there are buckets of people's beside. https://cloud.google.com/storage/docs/access-control/iam-json */
const OF_BUCKETS: Readonly<Record<string, readonly string[]>> = {
  google_storage_bucket: ['storage.buckets.get'],
  google_storage_bucket_iam_member: ['storage.buckets.getIamPolicy'],
  google_storage_bucket_object: ['storage.objects.get'],
};

/** What is used of Google's own roles: https://cloud.google.com/iam/docs/roles-permissions */
const PREDEFINED: Readonly<Record<string, readonly string[]>> = {
  'roles/iam.workloadIdentityPoolViewer': [
    'iam.googleapis.com/workloadIdentityPoolProviders.get',
    'iam.googleapis.com/workloadIdentityPools.get',
    'iam.googleapis.com/workloadIdentityPools.getAttestationRules',
    'resourcemanager.projects.get',
  ],
  'roles/serviceusage.serviceUsageConsumer': ['serviceusage.services.list'],
  'roles/storage.objectViewer': ['storage.objects.get'],
};

/** @returns what is wrong, a line each: whoever plans may read what a plan reads, and nothing else */
export function refreshFaults(tree: Tree): string[] {
  const faults: string[] = [];
  const expect = (holds: boolean, fault: string): void => void (holds || faults.push(fault));
  const blocks = allBlocks(tree);
  for (const block of blocks)
    expect(
      block.type in REFRESH || block.type in OF_BUCKETS,
      `${titleOf(block)}: nobody knows what a plan reads of it; say so in test/terraform/refresh.ts`,
    );
  const needed = new Set(blocks.flatMap(({ type }) => REFRESH[type] ?? []));
  const given = new Set(permissionsGiven(tree, 'google_project_iam_member'));
  for (const permission of needed)
    expect(given.has(permission), `the planner may not read what a plan reads: ${permission}`);
  for (const permission of given)
    expect(needed.has(permission), `the planner may more than a plan reads: ${permission}`);

  const ofBuckets = new Set(blocks.flatMap(({ type }) => OF_BUCKETS[type] ?? []));
  const onBuckets = new Set(permissionsGiven(tree, 'google_storage_bucket_iam_member'));
  for (const permission of ofBuckets)
    expect(onBuckets.has(permission), `the planner may not read what a plan reads: ${permission}`);
  for (const permission of onBuckets)
    expect(ofBuckets.has(permission), `the planner may more than a plan reads: ${permission}`);
  const buckets = String(JSON.stringify(tree['modules/cell']?.calls.ci?.buckets ?? ''));
  for (const { module, name } of resourcesOf(tree, 'google_storage_bucket'))
    expect(
      buckets.includes(`${module.replace('modules/', 'module.')}.${name}`),
      `the planner cannot read the bucket ${name}`,
    );
  return faults;
}

/** By all that the planner is given of one kind, whether by name or for each of something. */
function permissionsGiven(tree: Tree, type: string): string[] {
  const given = resourcesOf(tree, type).filter(
    ({ body }) => body.member === '${google_service_account.planner.member}',
  );
  return given.flatMap(({ body }) =>
    rolesIn(body).flatMap((role) => permissionsOf(tree, role) ?? [`all of ${role}`]),
  );
}

const rolesIn = ({ role, for_each }: Block['body']): string[] =>
  JSON.stringify([role, for_each ?? '']).match(/roles\/[\w.]+|google_project_iam_custom_role\.\w+/g) ?? [];

/** Undefined: a role of which nobody has said what is used. */
function permissionsOf(tree: Tree, role: string): readonly string[] | undefined {
  const name = /custom_role\.(\w+)/.exec(role)?.[1];
  if (name === undefined) return PREDEFINED[role];
  const [found] = resourcesOf(tree, 'google_project_iam_custom_role').filter(
    (block) => block.module === 'modules/ci' && block.name === name,
  );
  return (found?.body.permissions ?? []) as string[];
}
