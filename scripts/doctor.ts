/**
 * Looks whether a project can be a Hub: what Terraform cannot make, because it belongs to somebody else, or only a person can do it.
 * `npm run doctor -- --project <id> --domain <domain>`; changes nothing. Exit code 0: all is well; 1: something is not, each with what to
 * do; 2: it could not look.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ISTIO_SUPPORTED_UNTIL, ISTIO_VERSION } from '../functions/leaf/mesh.ts';
import { MANIFEST } from '../functions/manifest.ts';
import { readOptions, runCommand, Unusable, wholeNumber } from '../local/command.ts';
import { REGIONS, SIZES } from '../shared/catalog/catalog.ts';
import { days } from '../shared/units.ts';
import { type Answer, type Google, googleOf, refusalIn } from './google.ts';
import { missingCharts, OFFERED, productsIn } from './mirror.ts';

/** As in terraform/variables.tf. */
const REGION = 'europe-west1';
const USAGE = `usage: npm run doctor -- --project <id> --domain <domain> [--region ${REGION}] [--billing-account <id>] [--clusters-domain <domain>] [--clusters 10]
         [--products ${OFFERED}] [--sign-in google] [--today 2027-01-31] [--archive dist/functions.zip]
--region: of the cell. --clusters-domain: hub-clusters.example.com for hub.example.com if absent. --products: that are offered, with commas between them. --clusters: for how many clusters of the smallest size the quotas of each region must be enough.
--sign-in: as sign_in_providers of Terraform, with commas between them, or none.
--today: of the day to judge support by; the machine's if absent. --archive: what the functions must have been built of.
`;

/** No region has quotas for so many. */
const MAX_CLUSTERS = 1_000_000;

interface Subject {
  project: string;
  domain: string;
  /** The clusters are below it. */
  clustersDomain: string;
  region: string;
  products: readonly string[];
  /** Beside passwords. */
  providers: readonly ProviderName[];
  billingAccount?: string;
  clusters: number;
  /** As in ISO 8601. */
  today: string;
  /** Its path. */
  archive: string;
}

interface Finding {
  about: string;
  /** Absent: all is well. */
  wrong?: string;
  remedy?: string;
  /** What is well, and could be better. */
  note?: string;
}

type Check = (subject: Subject, google: Google) => Promise<Finding[]>;

const CHECKS: readonly Check[] = [
  mesh,
  project,
  billing,
  delegation,
  hostedConsole,
  signIn,
  operators,
  charts,
  copies,
  builds,
  revisions,
  networks,
  quotaOfFunctions,
  wideQuotas,
  quotas,
  policies,
];

async function main(args: readonly string[]): Promise<number> {
  const { subject, endpoint } = readArguments(args);
  const google = googleOf(subject.project, endpoint);
  const findings: Finding[] = [];
  for (const check of CHECKS) findings.push(...(await check(subject, google)));
  for (const finding of findings) process.stdout.write(lineOf(finding));
  const bad = findings.filter(({ wrong }) => wrong !== undefined).length;
  process.stdout.write(bad === 0 ? 'All is well.\n' : `${bad} of ${findings.length} are not well.\n`);
  return bad === 0 ? 0 : 1;
}

function lineOf({ about, wrong, remedy, note }: Finding): string {
  if (wrong !== undefined) return `BAD  ${about}: ${wrong}\n     ${remedy}\n`;
  return note === undefined ? `ok   ${about}\n` : `note ${about}: ${note}\n`;
}

function readArguments(args: readonly string[]): { subject: Subject; endpoint?: string } {
  const values = readOptions(
    args,
    [
      'project',
      'domain',
      'region',
      'billing-account',
      'clusters-domain',
      'products',
      'sign-in',
      'clusters',
      'today',
      'archive',
      'endpoint',
    ],
    USAGE,
  );
  const { project: id, domain, region = REGION, 'billing-account': billingAccount, endpoint } = values;
  const clusters = wholeNumber('--clusters', values.clusters, { from: 1, to: MAX_CLUSTERS, fallback: 10 });
  const archive = values.archive ?? ARCHIVE;
  const today = values.today ?? new Date().toISOString().slice(0, 10);
  if (id === undefined || domain === undefined || Number.isNaN(Date.parse(today))) throw new Unusable(USAGE);
  return {
    subject: {
      project: id,
      domain,
      clustersDomain: values['clusters-domain'] ?? besideOf(domain),
      region,
      products: productsIn(values.products),
      providers: providersIn(values['sign-in']),
      clusters,
      today,
      archive,
      ...(billingAccount !== undefined && { billingAccount }),
    },
    ...(endpoint !== undefined && { endpoint }),
  };
}

/** With whom people may sign in, as Identity Platform calls them and as people do. */
const PROVIDERS = {
  google: { id: 'google.com', name: 'Google' },
  github: { id: 'github.com', name: 'GitHub' },
} as const;
type ProviderName = keyof typeof PROVIDERS;
const PROVIDER_NAMES = Object.keys(PROVIDERS) as ProviderName[];

/** @param text by default what Terraform has by default. @throws Unusable */
function providersIn(text = 'google'): ProviderName[] {
  if (text === 'none') return [];
  const named = text.split(',');
  if (named.every((name): name is ProviderName => Object.hasOwn(PROVIDERS, name))) return named;
  throw new Unusable(
    `--sign-in: must be none, or some of ${PROVIDER_NAMES.join(', ')} with commas between them\n`,
  );
}

/**
 * As in terraform/main.tf.
 * @throws Unusable beside a domain of two labels no name is its owner's
 */
function besideOf(domain: string): string {
  const [first, ...above] = domain.split('.');
  if (above.length < 2)
    throw new Unusable(`--clusters-domain must be given: ${domain} has none by default\n`);
  return `${first}-clusters.${above.join('.')}`;
}

const fine = (about: string): Finding => ({ about });
const bad = (about: string, wrong: string, remedy: string): Finding => ({ about, wrong, remedy });

/** What is refused cannot be judged, which is no good sign. */
const unseen = (about: string, answer: Answer): Finding =>
  bad(
    about,
    `cannot be seen (${refusalIn(answer)})`,
    'Enable the API, or have an owner of the project look.',
  );

/** Asks nobody: what this version of Hub installs is in its code. */
async function mesh({ today }: Subject): Promise<Finding[]> {
  const about = `support of Istio ${ISTIO_VERSION}`;
  if (today < ISTIO_SUPPORTED_UNTIL) return [fine(about)];
  return [
    bad(
      about,
      `has ended, or is about to: it is known until ${ISTIO_SUPPORTED_UNTIL}`,
      'Deploy a Hub with a newer one; in functions/leaf/mesh.ts is its version, and where it says how long it is supported.',
    ),
  ];
}

async function project({ project: id }: Subject, google: Google): Promise<Finding[]> {
  const about = `project ${id}`;
  const answer = await google.call('GET', `https://cloudresourcemanager.googleapis.com/v3/projects/${id}`);
  if (answer.status !== 200) return [unseen(about, answer)];
  const { state } = answer.body;
  return [state === 'ACTIVE' ? fine(about) : bad(about, `is ${state}`, 'Restore it, or take another one.')];
}

async function billing({ project: id, billingAccount }: Subject, google: Google): Promise<Finding[]> {
  const about = 'billing';
  const answer = await google.call(
    'GET',
    `https://cloudbilling.googleapis.com/v1/projects/${id}/billingInfo`,
  );
  if (answer.status !== 200) return [unseen(about, answer)];
  const { billingEnabled, billingAccountName = '' } = answer.body;
  const link = `gcloud billing projects link ${id} --billing-account ${billingAccount ?? '<id>'}`;
  if (billingEnabled !== true) return [bad(about, 'the project is linked to no account that is open', link)];
  if (billingAccount !== undefined && billingAccountName !== `billingAccounts/${billingAccount}`)
    return [bad(about, `the project is linked to ${billingAccountName}`, link)];
  return [fine(about)];
}

/** Asks a public resolver, as the authority that issues certificates will. */
async function delegation(
  { project: id, clustersDomain: name }: Subject,
  google: Google,
): Promise<Finding[]> {
  const about = `delegation of ${name}`;
  const zone = await google.call(
    'GET',
    `https://dns.googleapis.com/dns/v1/projects/${id}/managedZones/hub-clusters`,
  );
  if (zone.status === 404) return [bad(about, 'there is no zone yet', 'terraform apply')];
  if (zone.status !== 200) return [unseen(about, zone)];
  const wanted: string[] = zone.body.nameServers ?? [];
  const told = await google.call('GET', `https://dns.google/resolve?name=${name}&type=NS`);
  const found: string[] = (told.body.Answer ?? []).map(({ data }: { data: string }) => data.toLowerCase());
  const missing = wanted.filter((server) => !found.includes(server));
  const foreign = found.filter((server) => !wanted.includes(server));
  if (missing.length === 0 && foreign.length === 0 && wanted.length > 0) return [fine(about)];
  const remedy = `Where its domain is kept, let ${name} have these NS records and no others: ${wanted.join(' ')}`;
  return [bad(about, found.length === 0 ? 'nobody answers for it' : `leads to ${found.join(' ')}`, remedy)];
}

async function hostedConsole({ project: id, domain }: Subject, google: Google): Promise<Finding[]> {
  const about = `console at ${domain}`;
  const answer = await google.call(
    'GET',
    `https://firebasehosting.googleapis.com/v1beta1/projects/${id}/sites/${id}-console/customDomains/${domain}`,
  );
  if (answer.status === 404) return [bad(about, 'is not known to Hosting', 'terraform apply')];
  if (answer.status !== 200) return [unseen(about, answer)];
  const { hostState, ownershipState, cert } = answer.body;
  if (hostState === 'HOST_ACTIVE' && ownershipState === 'OWNERSHIP_ACTIVE' && cert?.state === 'CERT_ACTIVE')
    return [fine(about)];
  return [
    bad(
      about,
      `host ${hostState}, ownership ${ownershipState}, certificate ${cert?.state}`,
      'Add the records of: terraform output console_records. A certificate takes up to a day after that.',
    ),
  ];
}

/**
 * From names below an authorised one people are signed in as well
 * (https://github.com/firebase/firebase-js-sdk/blob/main/packages/auth/src/core/util/validate_origin.ts), by whoever has a page there.
 */
async function signIn(
  { project: id, domain, clustersDomain, providers }: Subject,
  google: Google,
): Promise<Finding[]> {
  const base = `https://identitytoolkit.googleapis.com/admin/v2/projects/${id}`;
  const config = await google.call('GET', `${base}/config`);
  if (config.status !== 200) return [unseen('sign-in', config)];
  const domains: string[] = config.body.authorizedDomains ?? [];
  const ways = [];
  for (const name of PROVIDER_NAMES)
    ways.push(...(await wayIn(base, name, providers.includes(name), google)));
  return [
    domains.includes(domain)
      ? fine(`sign-in from ${domain}`)
      : bad(`sign-in from ${domain}`, 'is refused', 'terraform apply'),
    ...domains
      .filter((one) => `.${clustersDomain}`.endsWith(`.${one}`))
      .map((one) =>
        bad(
          `sign-in from ${clustersDomain}`,
          `is let in with ${one}: a page of any cluster can sign people in as the console does, and keep their tokens`,
          `Take ${one} out of the authorised domains of Identity Platform, if it is not the console's own. Else move: docs/deploy.md, Upgrade.`,
        ),
      ),
    ...ways,
  ];
}

/** The consent screen itself has no API; that people can sign in with Google needs it, and shows here. One that is not offered need not be there. */
async function wayIn(
  base: string,
  name: ProviderName,
  isOffered: boolean,
  google: Google,
): Promise<Finding[]> {
  const provider = PROVIDERS[name];
  const about = `sign-in with ${provider.name}`;
  const idp = await google.call('GET', `${base}/defaultSupportedIdpConfigs/${provider.id}`);
  if (idp.status !== 200 && idp.status !== 404) return isOffered ? [unseen(about, idp)] : [];
  const works = idp.status === 200 && idp.body.enabled === true && String(idp.body.clientId ?? '') !== '';
  if (!isOffered)
    return works
      ? [
          {
            about,
            note: `works, and the console does not offer it: name ${name} in sign_in_providers and in --sign-in, or switch it off in Identity Platform`,
          },
        ]
      : [];
  if (works) return [fine(about)];
  const wrong = idp.status === 404 ? 'there is no OAuth client' : 'is switched off, or has no client';
  return [
    bad(
      about,
      wrong,
      `Make an OAuth client${name === 'google' ? ', and a consent screen, in the console (APIs & Services)' : ' at GitHub'}, and give Identity Platform its id and secret; or take ${name} out of sign_in_providers, and name the others in --sign-in: docs/deploy.md, step 9.`,
    ),
  ];
}

/** Pages of so many: https://cloud.google.com/identity-platform/docs/reference/rest/v1/projects.accounts/batchGet */
const USERS_A_PAGE = 1000;

/** Claims cannot be searched for, so all users are looked at, until one is found. */
async function operators({ project: id }: Subject, google: Google): Promise<Finding[]> {
  const about = 'operators';
  const url = `https://identitytoolkit.googleapis.com/v1/projects/${id}/accounts:batchGet?maxResults=${USERS_A_PAGE}`;
  for (let token = ''; ; ) {
    const next = token === '' ? '' : `&nextPageToken=${encodeURIComponent(token)}`;
    const answer = await google.call('GET', `${url}${next}`);
    if (answer.status !== 200) return [unseen(about, answer)];
    const { users = [], nextPageToken = '' } = answer.body as { users?: User[]; nextPageToken?: string };
    if (users.some(isOperator)) return [fine(about)];
    if (nextPageToken === '' || nextPageToken === token) break;
    token = nextPageToken;
  }
  return [bad(about, 'there is none who may sign in', 'Give somebody the claim: docs/deploy.md, step 9.')];
}

interface User {
  customAttributes?: string;
  disabled?: boolean;
}

function isOperator({ customAttributes = '', disabled = false }: User): boolean {
  try {
    return !disabled && (JSON.parse(customAttributes) as { operator?: unknown }).operator === true;
  } catch {
    return false;
  }
}

/** Else nobody finds out before the first cluster that asks for it. */
async function charts({ project: id, region, products }: Subject, google: Google): Promise<Finding[]> {
  const about = 'charts';
  const missing = await missingCharts(google, id, region, products);
  if (!Array.isArray(missing)) return [unseen(about, missing)];
  if (missing.length === 0) return [fine(about)];
  const named = missing.map(({ chart, version }) => `${chart} ${version}`).join(', ');
  return [
    bad(
      about,
      `the mirror in ${region} has no ${named}`,
      `npm run charts -- --project ${id} --region ${region} --products ${products.join(',')}`,
    ),
  ];
}

/** One is made each day. */
const MAX_COPY_AGE_MS = days(2);

/**
 * The job only begins one; whether it came to its end shows in the bucket alone. What describes the whole of a copy is written last.
 * https://cloud.google.com/firestore/docs/manage-data/export-import, https://cloud.google.com/storage/docs/json_api/v1/objects/list
 */
async function copies({ project: id, region, today }: Subject, google: Google): Promise<Finding[]> {
  const about = 'copies of the database';
  const bucket = `${id}-hub-exports`;
  const url = `https://storage.googleapis.com/storage/v1/b/${bucket}/o?matchGlob=${encodeURIComponent('**.overall_export_metadata')}&fields=items(timeCreated)`;
  const answer = await google.call('GET', url);
  if (answer.status !== 200) return [unseen(about, answer)];
  const made = ((answer.body.items ?? []) as { timeCreated: string }[]).map(({ timeCreated }) => timeCreated);
  const newest = made.sort().at(-1);
  if (newest !== undefined && Date.parse(today) - Date.parse(newest) <= MAX_COPY_AGE_MS) return [fine(about)];
  return [
    bad(
      about,
      newest === undefined ? `none is complete in ${bucket}` : `the newest that is complete is of ${newest}`,
      [
        `gcloud scheduler jobs run firestore-export --location ${region} --project ${id}, and look again in some minutes. If there is none then:`,
        `gcloud firestore operations list --database '(default)' --project ${id} says what became of it`,
      ].join('\n     '),
    ),
  ];
}

/** What `npm run build` makes. */
const ARCHIVE = fileURLToPath(new URL('../dist/functions.zip', import.meta.url));

interface DeployedFunction {
  name: string;
  state?: string;
  stateMessages?: { severity?: string; message?: string }[];
  buildConfig?: { environmentVariables?: Record<string, string> };
}

/**
 * Terraform takes an update that failed for done (docs/deploy.md, *Upgrade*): then a function runs what it ran before.
 * https://cloud.google.com/functions/docs/reference/rest/v2/projects.locations.functions
 */
async function builds({ project: id, region, archive }: Subject, google: Google): Promise<Finding[]> {
  const about = 'functions';
  if (!existsSync(archive))
    return [
      bad(
        about,
        `there is no ${archive} to compare them with`,
        'Check out what was applied (terraform output commit), and: npm run build',
      ),
    ];
  const url = `https://cloudfunctions.googleapis.com/v2/projects/${id}/locations/${region}/functions?pageSize=100`;
  const answer = await google.call('GET', url);
  if (answer.status !== 200) return [unseen(about, answer)];
  const digest = createHash('sha256').update(readFileSync(archive)).digest('hex');
  const found = ((answer.body.functions ?? []) as DeployedFunction[]).flatMap((one) => {
    const wrong = faultOf(one, digest);
    return wrong === undefined ? [] : [{ name: shortName(one.name), wrong }];
  });
  if (found.length === 0) return [fine(about)];
  return [
    bad(
      about,
      found.map(({ name, wrong }) => `${name} ${wrong}`).join(', '),
      [
        'If that is not what should run (terraform output commit), build it and look again. Else apply again; those that this leaves as they are (a further cell has its own name in place of default):',
        ...found.map(
          ({ name }) =>
            `terraform apply -replace='module.cell["default"].module.functions.google_cloudfunctions2_function.this["${name}"]'`,
        ),
        'and once more, without -replace: terraform apply',
      ].join('\n     '),
    ),
  ];
}

function faultOf(
  { state, stateMessages = [], buildConfig }: DeployedFunction,
  digest: string,
): string | undefined {
  const [error] = stateMessages.filter(({ severity }) => severity === 'ERROR');
  if (error) return `failed (${error.message?.split('\n')[0]?.slice(0, 200)})`;
  if (state !== 'ACTIVE') return `is ${state}`;
  return buildConfig?.environmentVariables?.HUB_ARCHIVE === digest ? undefined : 'is of another build';
}

interface Traffic {
  type?: string;
  percent?: number;
  revision?: string;
}

interface Service {
  name: string;
  traffic?: Traffic[];
  latestCreatedRevision?: string;
  latestReadyRevision?: string;
}

/** As somebody leaves it who went back in a hurry: neither an apply nor a new key would reach those who call. */
async function revisions({ project: id, region }: Subject, google: Google): Promise<Finding[]> {
  const about = 'revisions';
  const url = `https://run.googleapis.com/v2/projects/${id}/locations/${region}/services?pageSize=100`;
  const answer = await google.call('GET', url);
  if (answer.status !== 200) return [unseen(about, answer)];
  const services: Service[] = answer.body.services ?? [];
  if (services.length === 0) return [bad(about, `no function is in ${region}`, 'terraform apply')];
  const findings = [...behind(services, about, region, id), ...pinned(services, about, region, id)];
  return findings.length === 0 ? [fine(about)] : findings;
}

const shortName = (name: string): string => name.split('/').at(-1) ?? '';

/** Made, and never ready: the one before goes on. */
function behind(services: readonly Service[], about: string, region: string, id: string): Finding[] {
  const names = services.flatMap(({ name, latestCreatedRevision: made, latestReadyRevision: ready }) =>
    made === ready ? [] : [shortName(name)],
  );
  if (names.length === 0) return [];
  return [
    bad(
      about,
      `the newest never became ready: ${names.join(', ')}`,
      `Why: gcloud run revisions list --service ${names[0]} --region ${region} --project ${id}. Then as for a function that failed: docs/deploy.md, Upgrade.`,
    ),
  ];
}

function pinned(services: readonly Service[], about: string, region: string, id: string): Finding[] {
  const found = services.flatMap(({ name, traffic = [] }) =>
    traffic
      .filter(({ revision, percent = 0 }) => (revision ?? '') !== '' && percent > 0)
      .map(({ revision }) => ({ service: shortName(name), revision })),
  );
  if (found.length === 0) return [];
  const back = found.map(
    ({ service }) =>
      `gcloud run services update-traffic ${service} --to-latest --region ${region} --project ${id}`,
  );
  return [
    bad(
      about,
      `not the newest is called: ${found.map(({ service, revision }) => `${service} is ${revision}`).join(', ')}`,
      back.join('\n     '),
    ),
  ];
}

/** A project gets it with Compute Engine, unless a policy says otherwise by then: https://cloud.google.com/vpc/docs/vpc#default-network */
async function networks({ project: id }: Subject, google: Google): Promise<Finding[]> {
  const about = 'network default';
  const answer = await google.call(
    'GET',
    `https://compute.googleapis.com/compute/v1/projects/${id}/global/networks/default`,
  );
  if (answer.status === 404) return [fine(`no ${about}`)];
  if (answer.status !== 200) return [unseen(about, answer)];
  return [
    bad(
      about,
      'is there, and lets the whole world in by SSH and RDP',
      `Nothing of Hub's is in it: gcloud compute firewall-rules list --filter network:default --project ${id}, delete those, and: gcloud compute networks delete default --project ${id}`,
    ),
  ];
}

const [SMALLEST = { cpus: 0, nodes: 0, diskGiB: 0 }] = SIZES;

/** GKE's for the cluster (all, master, vms, inkubelet, exkubelet), two of its load balancer, and that of the mesh's webhooks. */
const FIREWALLS_EACH = 8;
/** Those of `modules/network`. */
const FIREWALLS_OF_HUB = 2;

/**
 * What clusters take of the quotas that all regions share.
 * https://cloud.google.com/kubernetes-engine/docs/concepts/firewall-rules, https://cloud.google.com/compute/resource-usage
 */
const wideNeeds = (clusters: number): Record<string, number> => ({
  CPUS_ALL_REGIONS: clusters * SMALLEST.nodes * SMALLEST.cpus,
  FIREWALLS: clusters * FIREWALLS_EACH + FIREWALLS_OF_HUB,
  FORWARDING_RULES: clusters,
  TARGET_POOLS: clusters,
  HEALTH_CHECKS: clusters,
  SUBNETWORKS: clusters,
});

/** What a cluster of the smallest size takes of each quota: https://cloud.google.com/compute/resource-usage */
function needs(clusters: number): Record<string, number> {
  const { cpus, nodes, diskGiB } = SMALLEST;
  return {
    CPUS: clusters * nodes * cpus,
    // Balanced disks count as these; as much again for its volumes.
    SSD_TOTAL_GB: clusters * nodes * diskGiB * 2,
    IN_USE_ADDRESSES: clusters,
    STATIC_ADDRESSES: clusters,
  };
}

/** Millis of a vCPU that one function may take: Cloud Run refuses to deploy one that might take more than its region has. */
const MOST_MILLIS = Math.max(...MANIFEST.map(({ maxInstances, cpu }) => maxInstances * cpu * 1000));

/** https://cloud.google.com/service-usage/docs/reference/rest/v1beta1/services.consumerQuotaMetrics */
interface QuotaLimit {
  quotaBuckets?: { effectiveLimit?: string; dimensions?: { region?: string } }[];
}

async function quotaOfFunctions({ project: id, region }: Subject, google: Google): Promise<Finding[]> {
  const about = `quota of CPU of the functions in ${region}`;
  const metric = encodeURIComponent('run.googleapis.com/cpu_allocation');
  const answer = await google.call(
    'GET',
    `https://serviceusage.googleapis.com/v1beta1/projects/${id}/services/run.googleapis.com/consumerQuotaMetrics/${metric}`,
  );
  if (answer.status !== 200) return [unseen(about, answer)];
  const limits: QuotaLimit[] = answer.body.consumerQuotaLimits ?? [];
  const inRegion = limits.map(({ quotaBuckets = [] }) => {
    const own = quotaBuckets.find(({ dimensions }) => dimensions?.region === region);
    // The bucket of no region is every other one's.
    return Number((own ?? quotaBuckets.find(({ dimensions }) => !dimensions?.region))?.effectiveLimit ?? 0);
  });
  // -1: there is no limit.
  const limit = Math.min(...inRegion.map((one) => (one < 0 ? Number.POSITIVE_INFINITY : one)));
  if (limit >= MOST_MILLIS) return [fine(about)];
  return [
    bad(
      about,
      `is ${limit / 1000} vCPU, and one function alone may take ${MOST_MILLIS / 1000}`,
      `Ask for 50: https://console.cloud.google.com/iam-admin/quotas?project=${id}&metric=run.googleapis.com%2Fcpu_allocation. Or lower max_instances in terraform.tfvars.`,
    ),
  ];
}

async function wideQuotas({ project: id, clusters }: Subject, google: Google): Promise<Finding[]> {
  const about = 'quotas of all regions together';
  const answer = await google.call('GET', `https://compute.googleapis.com/compute/v1/projects/${id}`);
  if (answer.status !== 200) return [unseen(about, answer)];
  return [enough(about, id, answer, wideNeeds(clusters))];
}

async function quotas({ project: id, clusters }: Subject, google: Google): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { id: region } of REGIONS) {
    const about = `quotas of ${region}`;
    const answer = await google.call(
      'GET',
      `https://compute.googleapis.com/compute/v1/projects/${id}/regions/${region}`,
    );
    findings.push(answer.status === 200 ? enough(about, id, answer, needs(clusters)) : unseen(about, answer));
  }
  return findings;
}

function enough(about: string, id: string, { body }: Answer, wanted: Record<string, number>): Finding {
  const told: { metric: string; limit: number }[] = body.quotas ?? [];
  const limits = new Map(told.map(({ metric, limit }) => [metric, limit]));
  const short = Object.entries(wanted).filter(([metric, need]) => (limits.get(metric) ?? 0) < need);
  if (short.length === 0) return fine(about);
  return bad(
    about,
    short.map(([metric, need]) => `${metric} is ${limits.get(metric) ?? 0} and should be ${need}`).join(', '),
    `Ask for more: https://console.cloud.google.com/iam-admin/quotas?project=${id}. Days may pass.`,
  );
}

interface Rule {
  enforce?: boolean;
  allowAll?: boolean;
  denyAll?: boolean;
  values?: { allowedValues?: string[]; deniedValues?: string[] };
}

/** By constraint: what is wrong with it, if anything. `needsOrganisation`: without one nobody can set it. */
const POLICIES: Readonly<
  Record<
    string,
    { wrong(rules: readonly Rule[]): string | undefined; remedy: string; needsOrganisation?: true }
  >
> = {
  'iam.allowedPolicyMemberDomains': {
    wrong: (rules) =>
      rules.some(({ values, denyAll }) => denyAll || values !== undefined)
        ? 'the three public functions may not be public'
        : undefined,
    remedy:
      'Have the organisation exempt this project, or let org_policies do it (with roles/orgpolicy.policyAdmin on the organisation).',
  },
  'iam.disableServiceAccountKeyCreation': {
    wrong: (rules) =>
      rules.some(({ enforce }) => enforce) ? undefined : 'keys of service accounts can be made',
    remedy: 'Set org_policies, or ask the organisation for it.',
    needsOrganisation: true,
  },
  'gcp.resourceLocations': {
    wrong: (rules) => {
      const missing = REGIONS.filter(({ id }) => !isAllowed(rules, (value) => covers(value, id)));
      return missing.length > 0 ? `${missing.map(({ id }) => id).join(', ')} are not allowed` : undefined;
    },
    remedy: 'Have them allowed, or take those regions out of shared/catalog/catalog.ts.',
  },
  'storage.softDeletePolicySeconds': {
    wrong: (rules) =>
      isAllowed(rules, (value) => /^(is:)?0$/.test(value))
        ? undefined
        : 'buckets may not be without soft delete, as those of clusters are',
    remedy: 'Have 0 allowed for this project: what people delete is then gone, and nobody pays for it.',
  },
};

/** Whether a list leaves something to the project. https://cloud.google.com/resource-manager/docs/organization-policy/understanding-hierarchy */
function isAllowed(rules: readonly Rule[], names: (value: string) => boolean): boolean {
  if (rules.some(({ denyAll, values }) => denyAll || values?.deniedValues?.some(names))) return false;
  const allowed = rules.flatMap(({ values }) => values?.allowedValues ?? []);
  return allowed.length === 0 || allowed.some(names);
}

/**
 * Regions of groups that are called otherwise than they are; for all others, `in:europe-locations` stands for what begins with `europe-`.
 * https://cloud.google.com/resource-manager/docs/organization-policy/defining-locations#value_groups
 */
const GROUPS: Readonly<Record<string, RegExp>> = {
  // Neither London nor Zurich.
  eu: /^europe-(?!west2$|west6$)/,
  northamerica: /^(northamerica|us)-/,
};

/** Whether a value of `gcp.resourceLocations` stands for all of a region. */
function covers(value: string, region: string): boolean {
  const group = /^in:(.+)-locations$/.exec(value)?.[1];
  if (group === undefined) return value === region;
  return group === region || (GROUPS[group]?.test(region) ?? region.startsWith(`${group}-`));
}

/**
 * Whether an organisation is above it; undefined if that cannot be seen. Under a folder there is one.
 * https://cloud.google.com/resource-manager/reference/rest/v1/projects/getAncestry
 */
async function isInOrganisation(id: string, google: Google): Promise<boolean | undefined> {
  const url = `https://cloudresourcemanager.googleapis.com/v1/projects/${id}:getAncestry`;
  const answer = await google.call('POST', url, {});
  if (answer.status !== 200) return undefined;
  const ancestors: { resourceId?: { type?: string } }[] = answer.body.ancestor ?? [];
  // The project itself is the first of them.
  return ancestors.length === 0
    ? undefined
    : ancestors.some(({ resourceId }) => resourceId?.type !== 'project');
}

async function policies({ project: id }: Subject, google: Google): Promise<Finding[]> {
  const findings: Finding[] = [];
  const isAlone = (await isInOrganisation(id, google)) === false;
  for (const [constraint, { wrong, remedy, needsOrganisation }] of Object.entries(POLICIES)) {
    const about = `policy ${constraint}`;
    const answer = await google.call(
      'GET',
      `https://orgpolicy.googleapis.com/v2/projects/${id}/policies/${constraint}:getEffectivePolicy`,
    );
    if (answer.status !== 200) {
      findings.push(unseen(about, answer));
      continue;
    }
    const said = wrong((answer.body.spec?.rules ?? []) as Rule[]);
    if (said === undefined) findings.push(fine(about));
    else if (isAlone && needsOrganisation)
      findings.push({ about, note: `${said}, and without an organisation that cannot be forbidden` });
    else findings.push(bad(about, said, remedy));
  }
  return findings;
}

await runCommand(main);
