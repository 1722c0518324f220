/** What must hold of the Terraform, whatever it is made of: who may do what, what is deployed, and what nobody may lose. Pure. */

import { isSwitchedOff } from '../../functions/accounts/admission.ts';
import { incidentOf, REMINDER_MS, WINDOW_MS } from '../../functions/accounts/signal.ts';
import { ALERTS } from '../../functions/alerts.ts';
import { AUDIT_EVENT } from '../../functions/audit.ts';
import { DATA_PERMISSIONS, dataRole } from '../../functions/bucket-access.ts';
import { isGivenUp, MANIFEST, MAX_DELIVERY_ATTEMPTS } from '../../functions/manifest.ts';
import { ISSUE_TOKEN, issuesChartTokens, PERMISSIONS } from '../../functions/permissions.ts';
import { CLUSTER_SIGNALS } from '../../shared/documents/signal.ts';
import { microsOf } from '../../shared/money.ts';
import { expressionsIn, referencesIn } from './expressions.ts';
import { allBlocks, type Block, type Body, resourcesOf, type Tree, textsIn, titleOf } from './tree.ts';

interface GeneratedFunction {
  entry_point: string;
  topic?: string;
  subscription?: string;
  max_delivery_attempts?: number | null;
  schedule?: string;
  message?: object;
  timeout_seconds: number;
  secrets: Record<string, string>;
  permissions: readonly string[];
  issues_chart_tokens: boolean;
}

/** What was generated for Terraform. */
export interface Facts {
  functions: Record<string, GeneratedFunction>;
  alerts: { alerts: Record<string, { title: string; log?: string; query?: string; path?: string }> };
  /** Entry points that the code has. */
  exported: readonly string[];
}

type Found = Block & { module: string };
type Rule = (tree: Tree, facts: Facts) => string[];

/** @returns what is wrong, a line each */
export const ruleFaults = (tree: Tree, facts: Facts): string[] => RULES.flatMap((rule) => rule(tree, facts));

const REQUIRED = ['billing_account', 'domain', 'images', 'operator_email', 'project_id'];

const fiveVariables: Rule = ({ '': root }) => {
  const required = Object.entries(root?.variables ?? {}).flatMap(([name, body]) =>
    'default' in body ? [] : [name],
  );
  return same(required, REQUIRED) ? [] : [`variables without default are ${required.sort().join(', ')}`];
};

const remoteState: Rule = ({ '': root }) => {
  const [terraform] = (root?.rest.terraform ?? []) as Body[];
  const backend = terraform?.backend as Record<string, unknown> | undefined;
  return backend && 'gcs' in backend ? [] : ['the state is not kept in a bucket'];
};

/** Whatever is in the state can be read by whoever reads the state. */
const NEVER =
  /^(google_service_account_key|google_secret_manager_secret_version|tls_|random_password|local_)/;

const noKeys: Rule = (tree) => [
  ...allBlocks(tree).flatMap((block) =>
    NEVER.test(block.type) ? [`${titleOf(block)}: a key or a secret would be in the state`] : [],
  ),
  ...(
    (tree['']?.rest.provider
      ? Object.values(tree[''].rest.provider as Record<string, Body[]>)
      : []) as Body[][]
  )
    .flat()
    .flatMap((provider) =>
      'credentials' in provider || 'access_token' in provider ? ['a provider is given a key'] : [],
    ),
];

const PUBLIC = /\b(allUsers|allAuthenticatedUsers)\b/;

/** Whoever may be called by everybody is one of those that answer HTTP. */
const publicFunctions: Rule = (tree, { functions }) => {
  const faults: string[] = [];
  for (const block of allBlocks(tree)) {
    if (![...textsIn(block.body)].some(({ text }) => PUBLIC.test(text))) continue;
    const isInvoker =
      block.type === 'google_cloud_run_v2_service_iam_member' &&
      block.body.role === 'roles/run.invoker' &&
      block.body.for_each === '${local.public}';
    if (!isInvoker) faults.push(`${titleOf(block)}: everybody is let in`);
  }
  const chosen = String(tree['modules/functions']?.locals.public ?? '');
  if (!/if !can\(spec\.topic\)/.test(chosen)) faults.push('local.public is not what has no topic');
  const open = Object.keys(functions).filter((name) => functions[name]?.topic === undefined);
  const http = MANIFEST.filter(({ trigger }) => trigger.kind === 'http').map(({ name }) => name);
  if (!same(open, http)) faults.push(`without a topic, and so public, are ${open.join(', ')}`);
  return faults;
};

/**
 * Broad roles, and those with which one may become somebody else, in the whole project. Who may only look sees the database and what is in
 * clusters: https://cloud.google.com/iam/docs/roles-overview#basic
 */
const TOO_MUCH =
  /^roles\/(owner|editor|viewer|admin|writer|reader|iam\.securityReviewer|container\.(admin|developer|clusterAdmin)|iam\.(serviceAccountUser|serviceAccountTokenCreator|serviceAccountAdmin|securityAdmin|workloadIdentityUser)|resourcemanager\..*|.*\.admin)$/;
/** What is in the buckets of clusters is people's: no right to read all buckets of the project. */
const ALL_BUCKETS = /^roles\/storage\./;
/** Also where a single thing is given, nobody gets all of it but who must. */
const MOST = /^roles\/(owner|editor|viewer|admin|writer|reader)$/;

const roles: Rule = (tree) =>
  allBlocks(tree).flatMap((block) => {
    if (/_iam_(policy|binding)$/.test(block.type))
      return [`${titleOf(block)}: takes away what others were given; use a member`];
    if (!/_iam_member$/.test(block.type)) return [];
    const given = rolesOf(block);
    const bad = block.type === 'google_project_iam_member' ? TOO_MUCH : MOST;
    if (bad === TOO_MUCH && !('condition' in block.body) && given.some((role) => ALL_BUCKETS.test(role)))
      return [`${titleOf(block)}: reads the buckets of clusters`];
    return given.filter((role) => bad.test(role)).map((role) => `${titleOf(block)}: ${role} is too much`);
  });

/** The role itself, or all that `for_each` names. */
function rolesOf({ body }: Found): string[] {
  const texts = [body.role, body.for_each].map((value) => JSON.stringify(value ?? ''));
  return texts.flatMap((text) => text.match(/roles\/[\w.]+/g) ?? []);
}

/** One identity for each function, with the permissions of the table and none beside. */
const identities: Rule = (tree, { functions }) => {
  const faults: string[] = [];
  const expect = (holds: boolean, fault: string): void => void (holds || faults.push(fault));
  const [account] = resourcesOf(tree, 'google_service_account').filter(({ name }) => name === 'functions');
  expect(account?.body.for_each === '${var.functions}', 'not each function has a service account of its own');
  for (const block of resourcesOf(tree, 'google_cloudfunctions2_function')) {
    const [service] = (block.body.service_config ?? []) as Body[];
    expect(
      service?.service_account_email === '${google_service_account.functions[each.key].email}',
      `${titleOf(block)}: does not run as its own service account`,
    );
  }
  const [role] = resourcesOf(tree, 'google_project_iam_custom_role').filter(
    ({ name }) => name === 'functions',
  );
  expect(
    role?.body.for_each === '${var.functions}' && role.body.permissions === '${each.value.permissions}',
    'the roles of functions are not those of functions/permissions.ts',
  );
  for (const block of allBlocks(tree).filter(({ type }) => type === 'google_project_iam_member')) {
    const isFunctions = [...textsIn(block.body.member)].some(({ text }) =>
      text.includes('google_service_account.functions['),
    );
    expect(
      !isFunctions || block.body.role === '${google_project_iam_custom_role.functions[each.key].name}',
      `${titleOf(block)}: gives functions more than their list`,
    );
  }
  expect(
    same(
      Object.keys(PERMISSIONS),
      MANIFEST.map(({ name }) => name),
    ),
    'permissions are of other functions',
  );
  for (const [name, { permissions, topic }] of Object.entries(functions)) {
    for (const permission of permissions)
      expect(/^[a-z]+\.[a-zA-Z]+\.[a-zA-Z]+$/.test(permission), `${name}: ${permission} is no permission`);
    const inside = permissions.filter((one) => topic === undefined && FOR_STEPS_ONLY.test(one));
    expect(inside.length === 0, `${name}: answers everybody and may ${inside.join(', ')}`);
  }
  return faults;
};

/** The role that Hub binds to a cluster's bucket is there, says what the code says, and is nobody's in the whole project. */
const clusterData: Rule = (tree) => {
  const roles = resourcesOf(tree, 'google_project_iam_custom_role').filter(
    ({ body }) => body.role_id === dataRole('p').split('/').at(-1),
  );
  const [role] = roles;
  const isRight = same((role?.body.permissions ?? []) as string[], [...DATA_PERMISSIONS]);
  const bound = allBlocks(tree).filter(({ body }) =>
    /custom_role\.cluster_data\b|\bhub_cluster_data\b/.test(String(body.role)),
  );
  return [
    ...(roles.length === 1 && isRight
      ? []
      : ['workloads may do more in their bucket, or not what they must']),
    ...bound.map((block) => `${titleOf(block)}: opens the buckets of all clusters`),
  ];
};

/** What answers everybody makes and removes nothing in the cloud, and in a cluster does what a RoleBinding there says. */
const FOR_STEPS_ONLY = /^(container\.(?!clusters\.(get|connect)$)|compute\.|storage\.|dns\.|iam\.)/;

const buckets: Rule = (tree) =>
  resourcesOf(tree, 'google_storage_bucket').flatMap((block) =>
    block.body.uniform_bucket_level_access === true && block.body.public_access_prevention === 'enforced'
      ? []
      : [`${titleOf(block)}: objects could be opened one by one, or to everybody`],
  );

/** What a policy deletes stays for as long as it can be had back: docs/security.md says what that comes to, so the provider's default is not enough. */
const EXPORTS_DAYS = { kept: 30, more: 7 };

const exportsEnd: Rule = (tree) =>
  resourcesOf(tree, 'google_storage_bucket')
    .filter(({ name }) => name === 'exports')
    .flatMap((block) => {
      const [soft] = (block.body.soft_delete_policy ?? []) as Body[];
      const [rule] = (block.body.lifecycle_rule ?? []) as Body[];
      const [condition] = (rule?.condition ?? []) as Body[];
      return soft?.retention_duration_seconds === EXPORTS_DAYS.more * 24 * 3600 &&
        condition?.age === EXPORTS_DAYS.kept
        ? []
        : [`${titleOf(block)}: copies stay otherwise than docs/security.md says`];
    });

/** A secret that is there only while it is wanted, and goes after those who read it. */
const isOptional = ({ type, body }: Block): boolean => {
  const [lifecycle] = (body.lifecycle ?? []) as Body[];
  return (
    type === 'google_secret_manager_secret' &&
    body.for_each === '${local.optional}' &&
    lifecycle?.create_before_destroy === true
  );
};

/** What cannot be made again. */
const DATA = [
  'google_firestore_database',
  'google_firestore_backup_schedule',
  'google_identity_platform_config',
  'google_kms_crypto_key',
  'google_secret_manager_secret',
  'google_logging_project_bucket_config',
  'google_dns_managed_zone',
];

const kept: Rule = (tree) => [
  ...DATA.flatMap((type) => (resourcesOf(tree, type).length > 0 ? [] : [`there is no ${type}`])),
  ...allBlocks(tree)
    .filter(
      (block) =>
        DATA.includes(block.type) || (block.name === 'exports' && block.type === 'google_storage_bucket'),
    )
    .flatMap((block) => {
      const [lifecycle] = (block.body.lifecycle ?? []) as Body[];
      return lifecycle?.prevent_destroy === true || isOptional(block)
        ? []
        : [`${titleOf(block)}: could be destroyed`];
    }),
];

const database: Rule = (tree) =>
  resourcesOf(tree, 'google_firestore_database').flatMap(({ body }) => [
    ...(body.point_in_time_recovery_enablement === 'POINT_IN_TIME_RECOVERY_ENABLED'
      ? []
      : ['the database cannot be set back in time']),
    ...(body.delete_protection_state === 'DELETE_PROTECTION_ENABLED' ? [] : ['the database can be deleted']),
  ]);

/** What was built last is told by Google, not by the state, and cannot be changed without a build. */
const built: Rule = (tree) =>
  resourcesOf(tree, 'google_cloudfunctions2_function').flatMap((block) => {
    const [build] = (block.body.build_config ?? []) as Body[];
    const [service] = (block.body.service_config ?? []) as Body[];
    const [source] = (build?.source ?? []) as Body[];
    const [archive] = (source?.storage_source ?? []) as Body[];
    const { locals = {} } = tree['modules/functions'] ?? {};
    const [object] = resourcesOf(tree, 'google_storage_bucket_object');
    const told = (build?.environment_variables ?? {}) as Record<string, unknown>;
    return [
      ...(told.HUB_ARCHIVE === '${local.digest}' &&
      String(locals.digest).includes('filesha256(var.archive)') &&
      object?.body.name === 'functions-${local.digest}.zip'
        ? []
        : [`${titleOf(block)}: nobody is told what was built`]),
      ...(JSON.stringify(service ?? {}).includes('HUB_ARCHIVE')
        ? [`${titleOf(block)}: says what was built where nothing need be built`]
        : []),
      ...(archive?.generation === '${google_storage_bucket_object.archive.generation}'
        ? []
        : [`${titleOf(block)}: is built of whatever is there by that name`]),
    ];
  });

const deployed: Rule = (tree, { functions, exported }) => {
  const faults: string[] = [];
  const points = Object.values(functions).map(({ entry_point }) => entry_point);
  if (!same(points, exported)) faults.push(`deployed are ${difference(points, exported)}`);
  const all = resourcesOf(tree, 'google_cloudfunctions2_function');
  if (all.length !== 1 || all[0]?.body.for_each !== '${var.functions}')
    faults.push('functions are not made of the manifest alone');
  if (tree['modules/cell']?.calls.functions?.functions !== '${local.functions}')
    faults.push('the module functions is given something else than the manifest');
  const read = String(tree['modules/cell']?.locals.functions ?? '');
  if (!read.includes('/functions.json')) faults.push('local.functions is not the generated manifest');
  const cloudRun = resourcesOf(tree, 'google_cloud_run_v2_service');
  if (cloudRun.length > 0) faults.push('something is deployed beside the functions');
  return faults;
};

const messages: Rule = (tree, { functions }) => {
  const faults: string[] = [];
  const expect = (holds: boolean, fault: string): void => void (holds || faults.push(fault));
  for (const { name, trigger } of MANIFEST) {
    const { topic, max_delivery_attempts: attempts } = functions[name] ?? {};
    if (trigger.kind === 'http') continue;
    expect(topic === trigger.topic, `${name}: listens to ${topic}`);
    const wanted = isGivenUp(trigger.topic) ? MAX_DELIVERY_ATTEMPTS : null;
    expect(attempts === wanted, `${name}: has no dead letters, or has them where it must not`);
  }
  const [subscription, ...others] = resourcesOf(tree, 'google_pubsub_subscription');
  expect(subscription !== undefined && others.length === 0, 'there is not one kind of subscription');
  const body = subscription?.body ?? {};
  expect(body.for_each === '${var.functions}', 'not each function has a subscription');
  const [push] = (body.push_config ?? []) as Body[];
  const [token] = (push?.oidc_token ?? []) as Body[];
  expect(
    String(token?.service_account_email).includes('google_service_account.push.email'),
    'messages are pushed without a token, or as somebody else',
  );
  expect('retry_policy' in body, 'there is no retry policy');
  const [expiry] = (body.expiration_policy ?? []) as Body[];
  expect(expiry?.ttl === '', 'a subscription that is not used would go');
  const dead = (body.dynamic as Record<string, Body[]> | undefined)?.dead_letter_policy?.[0];
  const [content] = (dead?.content ?? []) as Body[];
  expect(
    String(dead?.for_each).includes('max_delivery_attempts') &&
      content?.dead_letter_topic === '${var.dead_letter_topic}',
    'messages that cannot be handled go nowhere',
  );
  const agents = ['google_pubsub_topic_iam_member', 'google_pubsub_subscription_iam_member'].map((type) =>
    resourcesOf(tree, type).some(
      ({ name, body: { member } }) => name === 'dead_letters' && member === '${var.pubsub_agent}',
    ),
  );
  expect(agents.every(Boolean), 'Pub/Sub may not forward what is given up');
  return faults;
};

const ingress: Rule = (tree) =>
  resourcesOf(tree, 'google_cloudfunctions2_function').flatMap((block) => {
    const [service] = (block.body.service_config ?? []) as Body[];
    const text = String(service?.ingress_settings);
    const right = '${contains(local.public, each.key) ? "ALLOW_ALL" : "ALLOW_INTERNAL_ONLY"}';
    return text === right ? [] : [`${titleOf(block)}: can be reached from outside`];
  });

const schedules: Rule = (tree, { functions }) => {
  const faults: string[] = [];
  for (const { name, trigger } of MANIFEST) {
    const wanted = trigger.kind === 'topic' ? trigger.schedule : undefined;
    const { schedule, message } = functions[name] ?? {};
    if (schedule !== wanted) faults.push(`${name}: runs at ${schedule}, not ${wanted}`);
    if (wanted !== undefined && message === undefined) faults.push(`${name}: is started with nothing`);
  }
  const jobs = resourcesOf(tree, 'google_cloud_scheduler_job');
  for (const job of jobs) {
    const isSweep = job.body.for_each === '${var.jobs}' && job.body.schedule === '${each.value.schedule}';
    // The database's own copy is no business of a function.
    const isExport = job.module === 'modules/firestore' && job.name === 'export';
    if (!isSweep && !isExport) faults.push(`${titleOf(job)}: is not in the manifest`);
  }
  if (!jobs.some(({ body }) => body.for_each === '${var.jobs}')) faults.push('nothing starts the sweeps');
  return faults;
};

const indexes: Rule = (tree) => {
  const { locals = {} } = tree['modules/firestore'] ?? {};
  const isRead =
    String(locals.declared) === '${jsondecode(file("${local.repository}/firestore.indexes.json"))}';
  const [index] = resourcesOf(tree, 'google_firestore_index');
  const [field] = resourcesOf(tree, 'google_firestore_field');
  const [files] = resourcesOf(tree, 'google_firebaserules_ruleset').flatMap(
    ({ body }) => ((body.source as Body[])?.[0]?.files ?? []) as Body[],
  );
  return [
    ...(isRead &&
    /local\.declared\.indexes/.test(String(locals.indexes)) &&
    index?.body.for_each === '${local.indexes}'
      ? []
      : ['indexes are not those of firestore.indexes.json']),
    ...(isRead &&
    /local\.declared\.fieldOverrides/.test(String(locals.fields)) &&
    field?.body.for_each === '${local.fields}'
      ? []
      : ['fields are not those of firestore.indexes.json']),
    ...(String(files?.content) === '${file("${local.repository}/firestore.rules")}'
      ? []
      : ['rules are not those of firestore.rules']),
    ...indexesInTime(tree),
  ];
};

/** New code meets no index that is still being built, and old code none that is gone. */
function indexesInTime(tree: Tree): string[] {
  const waits = (tree['modules/cell']?.calls.functions?.depends_on ?? []) as string[];
  const unknown = (tree['modules/functions']?.blocks ?? []).filter(({ kind }) => kind === 'data');
  const goFirst = resourcesOf(tree, 'google_firestore_index').filter(
    ({ body }) => (body.lifecycle as Body[] | undefined)?.[0]?.create_before_destroy !== true,
  );
  return [
    ...(waits.includes('${module.firestore}') ? [] : ['functions do not wait for the indexes they need']),
    // What waits as a whole is read only after what it waits for has changed, and until then a plan knows nothing that comes of it.
    ...unknown.map(({ type }) => `modules/functions: data.${type}: is not known before an apply`),
    ...goFirst.map((block) => `${titleOf(block)}: goes while functions still need it`),
  ];
}

/** Which version is the latest is found out when an instance starts: with a new one, there must be a way to have all start anew. */
const secretsInTime: Rule = (tree) =>
  resourcesOf(tree, 'google_cloudfunctions2_function').flatMap((block) => {
    const [service] = (block.body.service_config ?? []) as Body[];
    const told =
      /length\(each\.value\.secrets\) > 0 \? \{ HUB_SECRETS_GENERATION = var\.secrets_generation \} : \{\}/;
    return told.test(String(service?.environment_variables))
      ? []
      : [`${titleOf(block)}: keeps the secrets that it has started with`];
  });

const isSignal = (name: string | undefined): boolean => CLUSTER_SIGNALS.some((kind) => kind === name);

const alerts: Rule = (tree, { alerts: { alerts: made } }) => {
  const wanted = ALERTS.map(({ id }) => id);
  // Those of what clusters do wake Hub, not its operator.
  const policies = resourcesOf(tree, 'google_monitoring_alert_policy').flatMap(({ name, body }) =>
    isSignal(name) ? [] : [String(body.for_each)],
  );
  const { locals = {} } = tree['modules/monitoring'] ?? {};
  const chosen = (local: string, key: string): boolean =>
    String(locals[local]).includes(`in local.due : id => alert if can(alert.${key})`);
  const unheard = resourcesOf(tree, 'google_monitoring_alert_policy').filter(
    ({ name, body }) =>
      !isSignal(name) && body.notification_channels !== '${local.channels[each.value.severity]}',
  );
  const wakes = /CRITICAL\W+concat\(.+, var\.paging_channels\)/.test(JSON.stringify(locals.channels));
  const after = JSON.stringify(tree['modules/cell']?.calls.monitoring?.depends_on ?? '');
  const [logs] = resourcesOf(tree, 'google_monitoring_alert_policy').filter(({ name }) => name === 'logs');
  const [condition] = (logs?.body.conditions ?? []) as Body[];
  const [matched] = (condition?.condition_matched_log ?? []) as Body[];
  const alone = resourcesOf(tree, 'google_cloud_scheduler_job').filter(({ body }) => !('for_each' in body));
  const untold = alone.filter(
    ({ body }) =>
      matched?.filter !== '${each.value.log}' ||
      !Object.values(made).some(({ log }) => log?.includes(`resource.labels.job_id="${body.name}" AND `)),
  );
  return [
    ...(same(Object.keys(made), wanted) ? [] : [`alerts are ${difference(Object.keys(made), wanted)}`]),
    ...Object.entries(made).flatMap(([id, { log, query, path }]) =>
      [log, query, path].filter((one) => one !== undefined).length === 1
        ? []
        : [`${id}: is made of nothing, or of two things`],
    ),
    ...(same(policies, ['${local.on_logs}', '${local.on_metrics}', '${local.on_uptime}']) &&
    chosen('on_logs', 'log') &&
    chosen('on_metrics', 'query') &&
    chosen('on_uptime', 'path') &&
    String(locals.due).endsWith('in var.alerts.alerts : id => alert if var.measured || !alert.later }}')
      ? []
      : ['not each alert has a policy']),
    ...untold.map((block) => `${titleOf(block)}: nobody is told when it fails`),
    ...(unheard.length === 0 && wakes ? [] : ['what pages reaches no channel that wakes somebody']),
    ...['scheduler', 'subscriptions', 'hosting'].flatMap((module) =>
      after.includes(`module.${module}}`) ? [] : [`alerts are there before what they ask for: ${module}`],
    ),
  ];
};

/** At that limit the cell is switched off, and the alert on money means nothing. What deletes, and proves that it did, goes on. */
const killSwitch: Rule = (tree) => {
  const cell = tree['modules/cell'];
  const said = String(cell?.locals.hourly_dollars ?? '');
  const dollarsOf = Number(/^\$\{var\.kill_switch \? ([\d.]+) :/.exec(said)?.[1]);
  return [
    ...(isSwitchedOff({ hourlyMicros: microsOf(dollarsOf) })
      ? []
      : ['functions do not know the limit of the kill switch']),
    ...(String(cell?.calls.scheduler?.paused).startsWith('${var.kill_switch ? toset(["top-up"]) :')
      ? []
      : ['the kill switch stops other jobs than the one that makes spares']),
  ];
};

/** Whoever encrypts in Hub's name may use the key, and nobody else: https://cloud.google.com/kms/docs/compatible-services */
const ENCRYPTERS: Readonly<Record<string, RegExp>> = {
  'GKE (Secrets in etcd)': /^leaves \$\{var\.container_agent\}$/,
  'Compute Engine (disks)':
    /^data serviceAccount:service-\$\{var\.project_number\}@compute-system\.iam\.gserviceaccount\.com$/,
  'Cloud Storage (buckets)': /^data .*data\.google_storage_project_service_account\.this\[\*\]\.member/,
};

const encryption: Rule = (tree) => {
  const given = resourcesOf(tree, 'google_kms_crypto_key_iam_member')
    .filter(({ module }) => module === 'modules/kms')
    .map(({ body }) => ({
      title: `${/google_kms_crypto_key\.(\w+)\}$/.exec(String(body.for_each))?.[1]} ${body.member}`,
      encrypts: body.role === 'roles/cloudkms.cryptoKeyEncrypterDecrypter',
    }));
  const known = Object.values(ENCRYPTERS);
  const environment = String(tree['modules/cell']?.locals.environment ?? '');
  return [
    ...Object.entries(ENCRYPTERS).flatMap(([who, form]) =>
      given.some(({ title, encrypts }) => encrypts && form.test(title)) ? [] : [`${who} cannot use its key`],
    ),
    ...given.flatMap(({ title }) =>
      known.some((form) => form.test(title)) ? [] : [`${title}: uses a key of clusters`],
    ),
    ...(/var\.customer_managed_keys \? \{ HUB_DATA_ENCRYPTION_KEY = module\.kms\.data_key_per_region \} : \{\}/.test(
      environment,
    )
      ? []
      : ['the key of disks and buckets is not told to the functions where it is wanted, and there alone']),
  ];
};

/**
 * Charts are read by one account, and tokens of it are made by the functions that install: by no more than the one permission which that takes,
 * on that account alone. https://cloud.google.com/iam/docs/create-short-lived-credentials-direct
 */
const charts: Rule = (tree, { functions }) => {
  const faults: string[] = [];
  const expect = (holds: boolean, fault: string): void => void (holds || faults.push(fault));
  const readers = resourcesOf(tree, 'google_artifact_registry_repository_iam_member').flatMap(({ body }) =>
    /\.charts\./.test(JSON.stringify([body.repository, body.for_each ?? '']))
      ? [`${body.role} ${body.member}`]
      : [],
  );
  expect(
    same(readers, ['roles/artifactregistry.reader ${google_service_account.charts.member}']),
    `charts are read by ${readers.join(', ') || 'nobody'}`,
  );
  const ofProject = allBlocks(tree).filter(
    (block) =>
      block.type === 'google_project_iam_member' && /account\.charts\b/.test(String(block.body.member)),
  );
  expect(ofProject.length === 0, 'the account that reads charts may do more');
  const [role] = resourcesOf(tree, 'google_project_iam_custom_role').filter(
    ({ name }) => name === 'chart_tokens',
  );
  expect(
    same((role?.body.permissions ?? []) as string[], [ISSUE_TOKEN]),
    'who makes tokens that read charts may do more to their account, or not that',
  );
  const makers = resourcesOf(tree, 'google_service_account_iam_member').filter(
    ({ body }) => body.service_account_id === '${var.chart_account}',
  );
  const [maker] = makers;
  expect(
    makers.length === 1 &&
      maker?.body.role === '${google_project_iam_custom_role.chart_tokens.name}' &&
      maker.body.for_each ===
        '${{ for name, spec in var.functions : name => spec if spec.issues_chart_tokens }}',
    'tokens that read charts are made by others than those that install',
  );
  const { locals, calls } = tree['modules/cell'] ?? {};
  expect(
    calls?.functions?.chart_account === '${module.registry.chart_account_name}' &&
      /HUB_CHART_ACCOUNT\s*=\s*module\.registry\.chart_account\b/.test(String(locals?.environment)),
    'functions are not told who reads charts',
  );
  expect(
    /"iamcredentials\.googleapis\.com"/.test(String(tree['modules/services']?.locals.services)),
    'the API that makes tokens is not enabled',
  );
  const installing = Object.keys(functions).filter((name) => functions[name]?.issues_chart_tokens);
  const wanted = Object.keys(PERMISSIONS).filter(issuesChartTokens);
  expect(same(installing, wanted), `tokens that read charts are made by ${installing.join(', ')}`);
  return faults;
};

/** Whatever an address inside of the network may be: https://cloud.google.com/vpc/docs/subnets#valid-ranges */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '240.0.0.0/4'];

/** Clusters do not reach each other: GKE's rules let in a cluster's own subnetwork, so none may be shared, and nothing lets in more. */
const apart: Rule = (tree) => {
  const faults: string[] = [];
  const expect = (holds: boolean, fault: string): void => void (holds || faults.push(fault));
  const firewalls = resourcesOf(tree, 'google_compute_firewall');
  const { locals = {} } = tree['modules/network'] ?? {};
  const denies = firewalls.some(({ body }) => {
    const [deny] = (body.deny ?? []) as Body[];
    return (
      deny?.protocol === 'all' &&
      body.direction === 'INGRESS' &&
      body.source_ranges === '${local.private}' &&
      body.network === '${google_compute_network.leaves.id}' &&
      NARROWER.every((key) => !(key in body))
    );
  });
  expect(
    denies && same((locals.private ?? []) as string[], PRIVATE),
    'nothing denies what comes from another cluster',
  );
  for (const block of firewalls)
    expect(!('allow' in block.body) && !('dynamic' in block.body), `${titleOf(block)}: lets something in`);
  for (const block of resourcesOf(tree, 'google_compute_subnetwork'))
    faults.push(`${titleOf(block)}: clusters would share it`);
  const [network] = resourcesOf(tree, 'google_compute_network');
  expect(
    network?.body.auto_create_subnetworks === false,
    'the network has subnetworks that clusters would share',
  );
  const peerings = allBlocks(tree).filter(({ type }) => /^google_compute_network_peering/.test(type));
  for (const block of peerings) faults.push(`${titleOf(block)}: leads into another network`);
  return faults;
};

/** What a rule that is for everybody has not. */
const NARROWER = [
  'target_tags',
  'target_service_accounts',
  'destination_ranges',
  'disabled',
  'count',
  'for_each',
];

/** What runs on the machine of whoever applies: scripts of this repository, with nothing of anybody else's in their arguments. */
const LOCAL = /^npm run (keys|release) -- [-\w ,./$"{}():[\]]*$/;

const provisioners: Rule = (tree) =>
  allBlocks(tree).flatMap((block) => {
    const made = (block.body.provisioner ?? {}) as Record<string, Body[]>;
    return Object.entries(made).flatMap(([kind, bodies]) =>
      bodies.flatMap(({ command }) =>
        kind === 'local-exec' && LOCAL.test(String(command))
          ? []
          : [`${titleOf(block)}: runs ${String(command)}`],
      ),
    );
  });

/** Files that are read are there. */
export const filesRead = (tree: Tree): { module: string; path: string }[] =>
  Object.values(tree).flatMap(({ path, locals, calls, blocks }) =>
    [locals, calls, ...blocks.map(({ body }) => body)].flatMap((value) =>
      [...textsIn(value)].flatMap(({ text }) =>
        [...expressionsIn(text)].flatMap((expression) =>
          [...expression.matchAll(/\bfile\("([^"]+)"\)/g)].map(([, found = '']) => ({
            module: path,
            path: found,
          })),
        ),
      ),
    ),
  );

/** Variables of the environment that all functions are given. */
export const environmentKeys = (tree: Tree): string[] => {
  const text = String(tree['modules/cell']?.locals.environment ?? '');
  return [...text.matchAll(/\b([A-Z][A-Z_]+)\s*=/g)].map(([, name = '']) => name);
};

/** A module is called by somebody. */
const modules: Rule = (tree) =>
  Object.keys(tree)
    .filter((path) => path !== '')
    .filter(
      (path) =>
        !Object.values(tree).some((one) =>
          Object.values(one.calls).some(({ source }) =>
            String(source).endsWith(path.split('/').at(-1) ?? ''),
          ),
        ),
    )
    .map((path) => `${path}: is never called`);

const cells: Rule = ({ '': root }) =>
  root?.calls.cell?.for_each === '${local.cells}' &&
  referencesIn(String(root.locals.cells)).references.some(({ steps }) => steps[0] === 'cells')
    ? []
    : ['cells are not made for each of what is asked for'];

/** Whose images on Docker Hub Hub installs: of the mesh, and of the product. */
const INSTALLED = ['istio/', 'pachyderm/'];

/** What anybody's pipelines fill has an end; what Hub installs and what an operator pushed stays. */
const mirrors: Rule = (tree) =>
  resourcesOf(tree, 'google_artifact_registry_repository').flatMap((block) => {
    const policies = (block.body.cleanup_policies ?? []) as Body[];
    const conditionOf = ({ condition }: Body): Body => (condition as Body[] | undefined)?.[0] ?? {};
    const of = (action: string): Body[] => policies.filter((one) => one.action === action).map(conditionOf);
    const forgets = of('DELETE').some((condition) => same(Object.keys(condition), ['older_than']));
    const keepsOurs =
      of('KEEP').length === 1 &&
      of('KEEP').every(({ package_name_prefixes: names }) => same((names ?? []) as string[], INSTALLED));
    if (block.body.mode === 'REMOTE_REPOSITORY')
      return [
        ...(forgets && block.body.cleanup_policy_dry_run !== true
          ? []
          : [`${titleOf(block)}: keeps for ever what anybody had it fetch`]),
        ...(keepsOurs ? [] : [`${titleOf(block)}: keeps other images than those that Hub installs`]),
      ];
    return policies.length === 0 ? [] : [`${titleOf(block)}: loses what was pushed`];
  });

/** With each of these Identity Platform takes all names below it: https://github.com/firebase/firebase-js-sdk/blob/main/packages/auth/src/core/util/validate_origin.ts */
const AUTHORIZED = ['${var.domain}', '${var.project_id}.firebaseapp.com'];
const BESIDE = 'replace(each.value.domain, "/^([^.]+)/", "$1-clusters")';

/** No page of a cluster can sign people in as the console does. That the conditions do what they say: `npm run test:terraform`. */
const clustersApart: Rule = (tree) => {
  const { variables = {}, calls } = tree[''] ?? {};
  const [config] = resourcesOf(tree, 'google_identity_platform_config');
  const refuses = (name: string): boolean =>
    ((variables[name]?.validation ?? []) as { condition: unknown }[]).some(({ condition }) =>
      ['.firebaseapp.com"', '!endswith(".${', 'var.domain'].every((part) => String(condition).includes(part)),
    );
  return [
    ...(same((config?.body.authorized_domains ?? []) as string[], AUTHORIZED)
      ? []
      : ['people sign in from names that clusters may be below']),
    ...(String(calls?.cell?.clusters_domain).endsWith(`: ${BESIDE}}`)
      ? []
      : ['clusters are not beside the console by default']),
    ...['clusters_domain', 'cells'].flatMap((name) =>
      refuses(name) ? [] : [`${name}: clusters may be where people sign in`],
    ),
  ];
};

/** The console offers what the functions are told: from the same variables that set it up, and with a password only where that is let in. */
const waysIn: Rule = (tree) => {
  const [config] = resourcesOf(tree, 'google_identity_platform_config');
  const identity = tree['modules/identity'];
  const setUp = JSON.stringify([config?.body.client, config?.body.sign_in]);
  const ways = 'concat(sort(var.sign_in_providers), ["password"])';
  const told = String(tree['modules/cell']?.locals.environment);
  const isTold =
    String(identity?.outputs.ways?.value).includes(ways) &&
    setUp.includes('"disabled_user_signup":"${!var.open_sign_up}"') &&
    setUp.includes('"email":[{"enabled":true,"password_required":true}]') &&
    /HUB_SIGN_IN_WAYS\s*=\s*module\.identity\.ways\b/.test(told) &&
    /HUB_OPEN_SIGN_UP\s*=\s*tostring\(var\.open_sign_up\)/.test(told);
  return isTold ? [] : ['the console offers other ways to sign in than are set up'];
};

const same = (some: readonly string[], others: readonly string[]): boolean =>
  JSON.stringify([...some].sort()) === JSON.stringify([...others].sort());

const difference = (some: readonly string[], others: readonly string[]): string =>
  [
    ...some.filter((one) => !others.includes(one)).map((one) => `${one} too many`),
    ...others.filter((one) => !some.includes(one)).map((one) => `${one} too few`),
  ].join(', ');

/**
 * Of what is done in clusters, what is not done by those whose they are: by a right in the project, or as a function of Hub's.
 * https://cloud.google.com/kubernetes-engine/docs/how-to/audit-logging
 */
const OPERATED = [
  'NOT protoPayload.serviceName="k8s.io"',
  'labels."authorization.k8s.io/reason"="access granted by IAM permissions."',
  'protoPayload.authenticationInfo.principalEmail=~"^fn-[-a-z]+@${var.project_id}[.]iam[.]gserviceaccount[.]com$"',
];

/** What Hub's own log and Cloud Monitoring are asked by name is what the code calls it. */
const names: Rule = (tree) => {
  const { audited = '', operated = '' } = (tree['modules/audit']?.locals ?? {}) as Record<string, string>;
  const policyOf = (kind: string): Body =>
    resourcesOf(tree, 'google_monitoring_alert_policy').find(({ name }) => name === kind)?.body ?? {};
  const thresholdOf = (kind: string): Body => {
    const [condition] = (policyOf(kind).conditions ?? []) as Body[];
    return ((condition?.condition_threshold ?? []) as Body[])[0] ?? {};
  };
  const otherwiseLong = CLUSTER_SIGNALS.filter(
    (kind) => thresholdOf(kind).duration !== `${WINDOW_MS / 1000}s`,
  );
  const unreminded = CLUSTER_SIGNALS.filter((kind) => {
    const [strategy] = (policyOf(kind).alert_strategy ?? []) as Body[];
    const [{ notification_channel_names: told, renotify_interval: every } = {}] =
      (strategy?.notification_channel_strategy ?? []) as Body[];
    return (
      every !== `${REMINDER_MS / 1000}s` ||
      !same((told ?? []) as string[], ['${google_monitoring_notification_channel.signal.name}'])
    );
  });
  const unknown = CLUSTER_SIGNALS.filter((kind) => {
    const [{ group_by_fields: told } = {}] = (thresholdOf(kind).aggregations ?? []) as Body[];
    const known = incidentOf({
      incident: {
        incident_id: 'one',
        state: 'open',
        policy_user_labels: policyOf(kind).user_labels,
        resource: { labels: { cluster_name: 'hub-aaaaaaaaaaaaaaaa-g1' } },
      },
    });
    return known?.kind !== kind || !String(told ?? '').includes('resource.labels.cluster_name');
  });
  return [
    ...(audited.includes(`jsonPayload.message="${AUDIT_EVENT}"`)
      ? []
      : ['entries of the audit log do not reach their bucket']),
    ...(audited.startsWith('(logName:"cloudaudit.googleapis.com" AND (${local.operated})) OR ') &&
    OPERATED.every((part) => operated.includes(part.replaceAll('"', '\\"')))
      ? []
      : ['what people do in their clusters fills the log that nobody may empty']),
    ...unreminded.map((kind) => `${kind}: what goes on is told once, or not as often as the code counts`),
    ...otherwiseLong.map((kind) => `${kind}: speaks of another time than the code takes it for`),
    ...unknown.map((kind) => `${kind}: the function signal does not know it`),
  ];
};

const RULES: readonly Rule[] = [
  names,
  fiveVariables,
  remoteState,
  noKeys,
  publicFunctions,
  roles,
  identities,
  clusterData,
  buckets,
  exportsEnd,
  kept,
  apart,
  encryption,
  charts,
  database,
  built,
  deployed,
  messages,
  ingress,
  schedules,
  indexes,
  secretsInTime,
  alerts,
  killSwitch,
  provisioners,
  modules,
  cells,
  clustersApart,
  waysIn,
  mirrors,
];
