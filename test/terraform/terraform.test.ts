/**
 * The Terraform, without a cloud and without a network: what can be known from its text. That it can be planned and applied was not tried
 * here; `npm run test:terraform` has it validated where there is a `tofu` or `terraform` and a way to its providers.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newCleanUpKeyPem } from '../../functions/clean-up/keys.ts';
import { ConfigError, parseConfig } from '../../functions/config.ts';
import * as exported from '../../functions/index.ts';
import { newSigningKeyPem } from '../../functions/oidc/keys.ts';
import { newSealKey } from '../../functions/oidc/seal.ts';
import { REGIONS } from '../../shared/catalog/catalog.ts';
import { applyFaults } from './applies.ts';
import { cycleFaults } from './cycles.ts';
import { referenceFaults } from './references.ts';
import { refreshFaults } from './refresh.ts';
import { environmentKeys, type Facts, filesRead, ruleFaults } from './rules.ts';
import { type ProviderSchema, schemaFaults } from './schema.ts';
import { type Block, type Body, readTree, resourcesOf, sourceFiles, TERRAFORM, type Tree } from './tree.ts';

const json = (path: string) => JSON.parse(readFileSync(join(TERRAFORM, path), 'utf8'));
const schema = json('../test/terraform/provider-schema.json') as ProviderSchema;
const facts: Facts = {
  functions: json('generated/functions.json'),
  alerts: json('generated/alerts.json'),
  exported: Object.keys(exported),
};
const handbook = readFileSync(join(TERRAFORM, '../docs/deploy.md'), 'utf8');
const tree = await readTree();

const faultsOf = (of: Tree, given: Facts = facts): string[] => [
  ...schemaFaults(of, schema),
  ...referenceFaults(of, schema),
  ...cycleFaults(of),
  ...ruleFaults(of, given),
  ...applyFaults(of, handbook),
  ...refreshFaults(of),
];

test('every resource is what its provider takes, every reference leads somewhere, and every rule holds', () => {
  expect(faultsOf(tree)).toEqual([]);
});

/** OpenTofu reads `x.tofu` in place of `x.tf`, not beside it: https://opentofu.org/docs/language/files/ */
test('what is for OpenTofu alone takes nothing away from it', () => {
  const forBoth = sourceFiles();
  const alone = sourceFiles(TERRAFORM, '.tofu');
  expect(alone.length).toBeGreaterThan(0);
  for (const file of alone) expect(forBoth).not.toContain(file.replace(/tofu$/, 'tf'));
});

test('every file that is read is there', () => {
  const { repository } = tree['modules/firestore']?.locals ?? {};
  expect(repository).toBe('${path.module}/../../..');
  const missing = filesRead(tree)
    .map(({ module, path }) =>
      path
        .replace('${local.generated}', join(TERRAFORM, 'generated'))
        .replace('${local.repository}', join(TERRAFORM, '..'))
        .replace('${path.module}', join(TERRAFORM, module)),
    )
    .filter((path) => !existsSync(path));
  expect(missing).toEqual([]);
});

describe('the environment that functions are given', () => {
  const VALUES: Record<string, string> = {
    HUB_PROJECT_NUMBER: '123456789',
    HUB_ZONE: 'hub-clusters.example.com',
    HUB_DNS_ZONE: 'hub-clusters',
    HUB_OIDC_ISSUER: 'https://hub.example.com/oidc',
    HUB_CELL: 'default',
    HUB_CREDENTIALS_ACCOUNT: 'fn-credentials@p.iam.gserviceaccount.com',
    HUB_CHART_SOURCE: 'oci://europe-west1-docker.pkg.dev/p/charts',
    HUB_CHART_ACCOUNT: 'hub-charts@p.iam.gserviceaccount.com',
    HUB_HELM_IMAGE: `x/helm@sha256:${'0'.repeat(64)}`,
    HUB_IMAGE_MIRROR: 'europe-west1-docker.pkg.dev/p/images',
    HUB_CALL_HOME_IMAGE: `x/gcloud@sha256:${'0'.repeat(64)}`,
    HUB_OTLP_ENDPOINT: 'https://telemetry.googleapis.com',
    HUB_PRODUCTS: 'pachyderm',
    HUB_SIGN_IN_WAYS: 'google,password',
    HUB_OPEN_SIGN_UP: 'false',
    HUB_LICENSED_PRODUCTS: 'pachyderm',
    HUB_DATA_ENCRYPTION_KEY: 'projects/p/locations/{region}/keyRings/hub-leaves/cryptoKeys/data',
  };
  const KEYS: Record<string, string> = {
    HUB_OIDC_SIGNING_KEYS: newSigningKeyPem(),
    HUB_OIDC_SEAL_KEYS: newSealKey(),
    HUB_CLEAN_UP_KEYS: newCleanUpKeyPem(),
    HUB_ACME_ACCOUNT_KEY: newSigningKeyPem(),
    HUB_PACHYDERM_LICENSE: 'bGljZW5jZQ==',
    HUB_PAGE_TOKEN_KEY: 'x'.repeat(32),
  };
  const environmentOf = (name: string, keys: readonly string[]): Record<string, string> => {
    const { secrets = {}, entry_point = '' } = facts.functions[name] ?? {};
    return {
      ...Object.fromEntries(
        keys.map((key) => [key, VALUES[key] ?? (key.startsWith('HUB_') ? '7' : 'hub-test')]),
      ),
      ...Object.fromEntries(Object.keys(secrets).map((key) => [key, KEYS[key] ?? 'eab'])),
      // The platform's own.
      FUNCTION_TARGET: entry_point,
    };
  };
  /** The API is given a text of its own, which these tests of names leave out. */
  const isTold = (faults: readonly string[]): string[] =>
    faults.filter((fault) => !fault.startsWith('HUB_CLEAN_UP_KEYS: holds a private key'));
  const faultsOfConfig = (name: string, keys: readonly string[]): string[] => {
    try {
      parseConfig(environmentOf(name, keys));
      return [];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return isTold(error.faults);
    }
  };

  test.each(Object.keys(facts.functions))('is all that %s needs, and no secret of another', (name) => {
    expect(faultsOfConfig(name, environmentKeys(tree))).toEqual([]);
  });

  test('would be refused with a variable less', () => {
    const less = environmentKeys(tree).filter((key) => key !== 'HUB_NETWORK');
    expect(faultsOfConfig('hint', less)).toEqual([expect.stringContaining('HUB_NETWORK')]);
  });
});

describe('what operators are told to turn', () => {
  const page = readFileSync(join(TERRAFORM, '../docs/operations.md'), 'utf8');
  const told = environmentKeys(tree);

  test('is a variable of Terraform: they set no environment of functions', () => {
    const inDeployment = page.replaceAll(/^\*\*On a laptop\*\*(.|\n)+?\n\n/gm, '');
    expect(inDeployment.match(/\bHUB_[A-Z_]+/g) ?? []).toEqual([]);
    const known = [...String(tree['']?.variables.limits?.type).matchAll(/"(\w+)":|(\w+)\s*=\s*/g)].map(
      ([, quoted, bare]) => quoted ?? bare,
    );
    const named = [...`${page}${handbook}`.matchAll(/`limits\.(\w+)/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  test('reaches the functions: each limit that they know, by its own name', () => {
    const config = readFileSync(join(TERRAFORM, '../functions/config.ts'), 'utf8');
    const limits = [...config.matchAll(/^ {2}(HUB_\w+): (?:positive|z\.coerce\.number)/gm)]
      .map(([, name = '']) => name)
      .filter((name) => name !== 'HUB_CLOUD_SPEED');
    expect(limits.length).toBeGreaterThan(8);
    expect(limits.filter((name) => !told.includes(name))).toEqual([]);
    const environment = String(tree['modules/cell']?.locals.environment);
    const crossed = limits.filter((name) => {
      const from = new RegExp(`\\b${name}\\s*=\\s*tostring\\((?:var\\.limits|local)\\.(\\w+)\\)`).exec(
        environment,
      )?.[1];
      return from === undefined || !name.toLowerCase().endsWith(from);
    });
    expect(crossed).toEqual([]);
  });
});

/** By hand, where a database was set back: what the commands of docs/deploy.md make of the indexes that it has by then. */
test('the indexes of a database that was set back are called as Terraform calls them', () => {
  const [, script = ''] =
    /indexes composite list [^']+'\(default\)'[^']+node -e '([^']+)'/.exec(handbook) ?? [];
  const { indexes } = json('../firestore.indexes.json') as {
    indexes: { collectionGroup: string; fields: { fieldPath: string }[] }[];
  };
  // As the API tells them, with the name of the document at the end: https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases.collectionGroups.indexes
  const listed = indexes.map(({ collectionGroup, fields }, at) => ({
    name: `projects/p/databases/(default)/collectionGroups/${collectionGroup}/indexes/i${at}`,
    fields: [...fields, { fieldPath: '__name__', order: 'ASCENDING' }],
  }));
  const out = execFileSync(process.execPath, ['-e', script], {
    input: JSON.stringify(listed),
    encoding: 'utf8',
  });
  const taken = [...out.matchAll(/this\["(.+)"\]\n {2}id = "(.+)"/g)].map(([, key, id]) => [key, id]);
  expect(taken).toEqual(
    indexes.map(({ collectionGroup, fields }, at) => [
      `${collectionGroup}:${fields.map(({ fieldPath }) => fieldPath).join()}`,
      listed[at]?.name,
    ]),
  );
  expect(String(tree['modules/firestore']?.locals.indexes)).toContain(
    '"${index.collectionGroup}:${join(",", [for field in index.fields : field.fieldPath])}"',
  );
});

test('the console leads to functions where they are', () => {
  const { hosting } = json('../firebase.json');
  const named = hosting.rewrites.flatMap((one: { function?: object }) => one.function ?? []);
  for (const { functionId, region } of named) {
    expect(region).toBe(tree['']?.variables.region?.default);
    expect(facts.functions[functionId]?.topic).toBeUndefined();
  }
});

describe('an image', () => {
  const [{ condition = '' } = {}] = (tree['']?.variables.images?.validation ?? []) as {
    condition?: string;
  }[];
  const form = new RegExp(/regex\("(.+?)", image/.exec(condition)?.[1] ?? 'none');
  const digest = `@sha256:${'0'.repeat(64)}`;

  test.each([`alpine/helm${digest}`, `google/cloud-sdk${digest}`, `library/alpine${digest}`])(
    'is named as Docker Hub names it: %s',
    (image) => expect(image).toMatch(form),
  );

  test.each([
    'alpine/helm:4.1.4',
    `alpine${digest}`,
    `docker.io/alpine${digest}`,
    `docker.io/alpine/helm${digest}`,
    `europe-west1-docker.pkg.dev/my-hub/images/alpine/helm${digest}`,
  ])('is refused by an address, or without a digest: %s', (image) => expect(image).not.toMatch(form));
});

/** Else copies of people's data would leave it: Cloud Storage has places of several regions on three continents only. */
describe('a region', () => {
  const formOf = (variable: string, of: string): RegExp => {
    const all = (tree['']?.variables[variable]?.validation ?? []) as { condition: string }[];
    const said = all.map(({ condition }) => new RegExp(`regex\\("(.+?)", ${of}\\)`).exec(condition)?.[1]);
    return new RegExp(said.find((form) => form !== undefined) ?? 'none');
  };
  const forms = [formOf('region', 'var\\.region'), formOf('cells', 'cell\\.region')];
  const continents = Object.keys(tree['modules/firestore']?.locals.continents ?? {});

  test.each([...REGIONS.map(({ id }) => id), 'europe-north1', 'us-east4'])('%s may have a cell', (region) => {
    for (const form of forms) expect(region).toMatch(form);
    expect(continents).toContain(region.split('-')[0]);
  });

  test.each([
    'australia-southeast1',
    'northamerica-northeast1',
    'me-west1',
    'africa-south1',
    'eur3',
    'EU',
    '',
  ])('%j may not: there is no place for copies on its continent', (region) => {
    for (const form of forms) expect(region).not.toMatch(form);
  });
});

/** Each check is seen to fail: a change of the tree in memory, and what must be said of it. */
describe('a fault is found', () => {
  const copyOf = <T>(value: T): T => structuredClone(value);
  const block = (of: Tree, type: string, name?: string): Block => {
    const [found] = resourcesOf(of, type).filter((one) => name === undefined || one.name === name);
    if (!found) throw new Error(`no ${type}`);
    return found;
  };
  const inner = (body: Body, key: string): Body => (body[key] as Body[])[0] as Body;
  const add = (of: Tree, type: string, body: Body): void =>
    void of['modules/cell']?.blocks.push({ kind: 'resource', type, name: 'added', body });

  test.each<[string, (of: Tree, given: Facts) => void, string]>([
    [
      'an audit log that is kept by another name',
      (of) => Object.assign(of['modules/audit']?.locals ?? {}, { audited: 'jsonPayload.audit=true' }),
      'do not reach their bucket',
    ],
    [
      'an alert without its label',
      (of) => delete block(of, 'google_monitoring_alert_policy', 'busy').body.user_labels,
      'busy: the function signal does not know it',
    ],
    [
      'an alert with the label of another',
      (of) =>
        Object.assign(block(of, 'google_monitoring_alert_policy', 'traffic').body, {
          user_labels: { hub_signal: 'busy' },
        }),
      'traffic: the function signal does not know it',
    ],
    [
      'an alert that does not say of which cluster it is',
      (of) => {
        const { body } = block(of, 'google_monitoring_alert_policy', 'traffic');
        const threshold = inner(inner(body, 'conditions'), 'condition_threshold');
        delete inner(threshold, 'aggregations').group_by_fields;
      },
      'traffic: the function signal does not know it',
    ],
    [
      'an alert that reminds nobody',
      (of) =>
        delete inner(block(of, 'google_monitoring_alert_policy', 'busy').body, 'alert_strategy')
          .notification_channel_strategy,
      'busy: what goes on is told once',
    ],
    [
      'an alert that reminds more often than the code counts',
      (of) => {
        const { body } = block(of, 'google_monitoring_alert_policy', 'traffic');
        const strategy = inner(inner(body, 'alert_strategy'), 'notification_channel_strategy');
        strategy.renotify_interval = '1800s';
      },
      'traffic: what goes on is told once, or not as often as the code counts',
    ],
    [
      'an alert that looks at a shorter time than the code takes it for',
      (of) => {
        const { body } = block(of, 'google_monitoring_alert_policy', 'busy');
        inner(inner(body, 'conditions'), 'condition_threshold').duration = '600s';
      },
      'busy: speaks of another time than the code takes it for',
    ],
    // The schema of the provider.
    [
      'a provider of another version',
      (of) => {
        const rest = JSON.stringify(of['']?.rest).replace('~> 7.45', '~> 6.50');
        Object.assign(of['']?.rest ?? {}, JSON.parse(rest));
      },
      'google is to be ~> 6.50, and its schema is of 7.45.0',
    ],
    [
      'an attribute that is misspelt',
      (of) => Object.assign(block(of, 'google_pubsub_topic').body, { lables: {} }),
      'lables is not known',
    ],
    [
      'an attribute that is missing',
      (of) => delete block(of, 'google_pubsub_topic').body.name,
      'name is missing',
    ],
    [
      'an attribute that is only read',
      (of) => Object.assign(block(of, 'google_dns_managed_zone').body, { name_servers: [] }),
      'name_servers can only be read',
    ],
    [
      'a block that is misspelt',
      (of) => Object.assign(block(of, 'google_pubsub_subscription').body, { retry: [{}] }),
      'retry',
    ],
    [
      'an attribute of a block',
      (of) =>
        Object.assign(inner(block(of, 'google_pubsub_subscription').body, 'push_config'), { endpoint: 'x' }),
      'push_config.endpoint is not known',
    ],
    [
      'a block that is there twice',
      (of) => (block(of, 'google_pubsub_subscription').body.retry_policy as Body[]).push({}),
      'retry_policy can be there once only',
    ],
    [
      'a block that is missing',
      (of) =>
        delete block(of, 'google_compute_firewall', 'deny_between').body.deny &&
        delete block(of, 'google_billing_budget').body.amount,
      'amount is missing',
    ],
    [
      'an attribute of a dynamic block',
      (of) =>
        Object.assign(
          inner(inner(block(of, 'google_firestore_index').body.dynamic as Body, 'fields'), 'content'),
          { path: 'x' },
        ),
      'fields.path is not known',
    ],
    [
      'a resource that is not in the schema',
      (of) => add(of, 'google_redis_instance', {}),
      'no such resource',
    ],
    [
      'a resource of another provider',
      (of) => delete block(of, 'google_firebase_web_app').body.provider,
      'belongs to the provider google-beta',
    ],
    // References.
    [
      'a variable',
      (of) => Object.assign(block(of, 'google_pubsub_topic').body, { project: '${var.projekt}' }),
      'var.projekt is nowhere',
    ],
    [
      'a local',
      (of) => Object.assign(block(of, 'google_firestore_index').body, { project: '${local.nothing}' }),
      'local.nothing is nowhere',
    ],
    [
      'a resource',
      (of) => Object.assign(block(of, 'google_pubsub_topic').body, { name: '${google_kms_key_ring.x.id}' }),
      'google_kms_key_ring.x.id is nowhere',
    ],
    [
      'an attribute of a resource',
      (of) =>
        Object.assign(block(of, 'google_firestore_index').body, {
          database: '${google_firestore_database.this.title}',
        }),
      'there is no title',
    ],
    [
      'an attribute of one of several',
      (of) =>
        Object.assign(block(of, 'google_kms_crypto_key', 'leaves').body, { key_ring: '${each.value.ide}' }),
      'there is no ide',
    ],
    [
      'an attribute in a loop',
      (of) =>
        Object.assign(of['modules/functions']?.outputs.urls ?? {}, {
          value: '${{ for n, f in google_cloudfunctions2_function.this : n => f.service_config[0].address }}',
        }),
      'there is no address',
    ],
    [
      'one of several that is not named',
      (of) =>
        Object.assign(block(of, 'google_kms_crypto_key', 'leaves').body, {
          key_ring: '${google_kms_key_ring.leaves.id}',
        }),
      'which of them?',
    ],
    [
      'one of several where there is one',
      (of) =>
        Object.assign(block(of, 'google_firestore_index').body, {
          database: '${google_firestore_database.this[0].name}',
        }),
      'there is only one',
    ],
    [
      'each without for_each',
      (of) => Object.assign(block(of, 'google_firestore_database').body, { name: '${each.key}' }),
      'each.key without for_each',
    ],
    [
      'a reference in a string in an expression',
      (of) => Object.assign(block(of, 'google_pubsub_topic').body, { name: '${upper("a ${var.no} b")}' }),
      'var.no is nowhere',
    ],
    [
      'an output',
      (of) => Object.assign(of['modules/cell']?.calls.scheduler ?? {}, { region: '${module.pubsub.region}' }),
      'module.pubsub.region is nowhere',
    ],
    [
      'an argument that is missing',
      (of) => delete of['modules/cell']?.calls.dns?.domain,
      'domain is missing',
    ],
    [
      'an argument that nobody asked for',
      (of) => Object.assign(of['modules/cell']?.calls.dns ?? {}, { zone: 'x' }),
      'zone is not asked for',
    ],
    [
      'a variable that nobody uses',
      (of) => Object.assign(of['modules/dns']?.variables ?? {}, { more: { default: 1 } }),
      'var.more is never used',
    ],
    [
      'an output that nobody uses',
      (of) => Object.assign(of['modules/dns']?.outputs ?? {}, { more: { value: 1 } }),
      'output.more is never used',
    ],
    // Order.
    [
      'what needs itself, through other modules',
      (of) =>
        Object.assign(of['modules/cell']?.calls.registry ?? {}, {
          region: '${module.functions.accounts["api"]}',
        }) &&
        Object.assign(block(of, 'google_service_account', 'functions').body, {
          display_name: '${var.environment["HUB_CHART_SOURCE"]}',
        }),
      'goes round: ',
    ],
    [
      'functions that do not wait for their indexes',
      (of) => delete of['modules/cell']?.calls.functions?.depends_on,
      'functions do not wait for the indexes they need',
    ],
    [
      'an index that goes before those who need it',
      (of) => delete block(of, 'google_firestore_index').body.lifecycle,
      'google_firestore_index.this: goes while functions still need it',
    ],
    [
      'something that only an apply would know',
      (of) =>
        void of['modules/functions']?.blocks.push({
          kind: 'data',
          type: 'google_project',
          name: 'added',
          body: { project_id: '${var.project_id}' },
        }),
      'modules/functions: data.google_project: is not known before an apply',
    ],
    [
      'a secret whose new version nobody reads',
      (of) => {
        const service = inner(block(of, 'google_cloudfunctions2_function').body, 'service_config');
        service.environment_variables = '${var.environment}';
      },
      'keeps the secrets that it has started with',
    ],
    [
      'a policy on a function that may not be there yet',
      (of) =>
        Object.assign(block(of, 'google_cloud_run_v2_service_iam_member', 'push').body, {
          name: '${each.key}',
        }),
      'does not wait for the function it names',
    ],
    [
      'one address of an image for all cells',
      (of) => {
        const { locals = {} } = of['modules/cell'] ?? {};
        locals.environment = String(locals.environment).replace(
          'module.registry.images["helm"]',
          'var.images.helm',
        );
      },
      'is not pulled from the cell',
    ],
    [
      'images of clusters that do not come from the mirror',
      (of) => {
        const { locals = {} } = of['modules/cell'] ?? {};
        locals.environment = String(locals.environment).replace(/HUB_IMAGE_MIRROR.+/, '');
      },
      'have their images from Docker Hub itself',
    ],
    [
      'a repository of another project',
      (of) =>
        Object.assign(of['modules/registry']?.outputs.images ?? {}, {
          value: '${{ for name, image in var.images : name => "eu-docker.pkg.dev/one/images/${image}" }}',
        }),
      'images are not in the repository of this project',
    ],
    [
      'somebody from CI who may not name the project',
      (of) => {
        const { body } = block(of, 'google_project_iam_member', 'planner');
        body.for_each = JSON.parse(JSON.stringify(body.for_each).replace(/serviceUsageConsumer/g, 'none'));
      },
      'google_service_account_iam_member.planner: may not use the project',
    ],
    ...['viewer', 'reader', 'iam.securityReviewer'].map((role): [string, (of: Tree) => void, string] => [
      `roles/${role} for whoever plans`,
      (of) => {
        const { body } = block(of, 'google_project_iam_member', 'planner');
        body.for_each = JSON.parse(
          JSON.stringify(body.for_each).replace(/iam.workloadIdentityPoolViewer/g, role),
        );
      },
      `roles/${role} is too much`,
    ]),
    [
      'a resource of which nobody knows what a plan reads',
      (of) => add(of, 'google_redis_instance', {}),
      'google_redis_instance.added: nobody knows what a plan reads of it',
    ],
    [
      'a planner who may not read what there is',
      (of) => {
        const { body } = block(of, 'google_project_iam_custom_role', 'planner');
        body.permissions = (body.permissions as string[]).filter(
          (one) => one !== 'firebaserules.rulesets.get',
        );
      },
      'the planner may not read what a plan reads: firebaserules.rulesets.get',
    ],
    [
      'a planner who may read the database',
      (of) => {
        const { body } = block(of, 'google_project_iam_custom_role', 'planner');
        (body.permissions as string[]).push('datastore.entities.get');
      },
      'the planner may more than a plan reads: datastore.entities.get',
    ],
    [
      'a planner who may read copies of the database',
      (of) => {
        const { body } = block(of, 'google_project_iam_custom_role', 'planner_buckets');
        (body.permissions as string[]).push('storage.objects.list');
      },
      'the planner may more than a plan reads: storage.objects.list',
    ],
    [
      'a bucket that the planner may not read',
      (of) =>
        Object.assign(of['modules/cell']?.calls.ci?.buckets ?? {}, {
          exports: '${module.functions.sources}',
        }),
      'the planner cannot read the bucket exports',
    ],
    [
      'functions of which nobody is told what was built',
      (of) =>
        Object.assign(inner(block(of, 'google_cloudfunctions2_function').body, 'build_config'), {
          environment_variables: { GOOGLE_NODE_RUN_SCRIPTS: '' },
        }),
      'nobody is told what was built',
    ],
    [
      'functions that are said to be built anew when they are not',
      (of) =>
        Object.assign(inner(block(of, 'google_cloudfunctions2_function').body, 'service_config'), {
          environment_variables: '${merge(var.environment, { HUB_ARCHIVE = local.digest })}',
        }),
      'says what was built where nothing need be built',
    ],
    [
      'an archive that somebody may write over',
      (of) => {
        const build = inner(block(of, 'google_cloudfunctions2_function').body, 'build_config');
        delete inner(inner(build, 'source'), 'storage_source').generation;
      },
      'is built of whatever is there by that name',
    ],
    [
      'a licence that cannot be given back',
      (of) => {
        const { body } = block(of, 'google_secret_manager_secret', 'optional');
        body.lifecycle = [];
      },
      'google_secret_manager_secret.optional: could be destroyed',
    ],
    [
      'keys that go with a licence',
      (of) => delete block(of, 'google_secret_manager_secret', 'this').body.lifecycle,
      'google_secret_manager_secret.this: could be destroyed',
    ],
    [
      'people who fill the log that nobody may empty',
      (of) => {
        const { locals = {} } = of['modules/audit'] ?? {};
        locals.audited = String(locals.audited).replace(' AND (${local.operated})', '');
      },
      'fills the log that nobody may empty',
    ],
    [
      'what operators do in clusters, and nobody writes down',
      (of) => {
        const { locals = {} } = of['modules/audit'] ?? {};
        locals.operated = String(locals.operated).replace('access granted by IAM permissions.', 'x');
      },
      'fills the log that nobody may empty',
    ],
    [
      'something in the region that the way back forgets',
      (of) =>
        void of['modules/dns']?.blocks.push({
          kind: 'resource',
          type: 'google_pubsub_topic',
          name: 'added',
          body: { name: 'x', region: '${var.region}' },
        }),
      'modules/dns: google_pubsub_topic.added: docs/deploy.md leaves it in the state',
    ],
    [
      'a right to a bucket in the region that the way back forgets',
      (of) =>
        Object.assign(block(of, 'google_storage_bucket_iam_member', 'planner_exports').body, {
          bucket: '${var.buckets.sources}',
        }),
      'google_storage_bucket_iam_member.planner_exports: docs/deploy.md leaves it in the state',
    ],
    [
      'something that the way back makes twice',
      (of) => delete block(of, 'google_cloud_scheduler_job', 'export').body.region,
      'google_cloud_scheduler_job.export: docs/deploy.md takes it out of the state',
    ],
    [
      'a key that goes with its region',
      (of) =>
        Object.assign(block(of, 'google_kms_key_ring', 'release').body, { location: '${var.region}' }) &&
        Object.assign(of['modules/ci']?.variables ?? {}, { region: {} }),
      'google_kms_crypto_key.release: a key cannot move',
    ],
    [
      'APIs before policies',
      (of) =>
        Object.assign(block(of, 'google_project_service', 'this').body, { project: '${var.project_id}' }),
      'compute.googleapis.com is enabled before the policies hold',
    ],
    [
      'policies before their own API',
      (of) => {
        const { locals = {} } = of['modules/services'] ?? {};
        locals.first = String(locals.first).replace('"orgpolicy.googleapis.com"', '');
      },
      'orgpolicy.googleapis.com is not enabled before the policies',
    ],
    [
      'a policy that comes too late',
      (of) =>
        Object.assign(of['modules/policies']?.outputs.project_id ?? {}, {
          depends_on: ['${google_org_policy_policy.enforced}'],
        }),
      'nobody waits for the policy external_addresses',
    ],
    [
      'an account that may change everything',
      (of) =>
        Object.assign(block(of, 'google_project_iam_member_remove', 'compute_engine').body, {
          role: 'roles/viewer',
        }),
      '-compute@developer.gserviceaccount.com stays editor',
    ],
    [
      'roles that are given while others are taken away',
      (of) =>
        Object.assign(of['modules/services']?.outputs.project_id ?? {}, {
          depends_on: ['${google_project_service.this}'],
        }),
      'google_project_iam_member_remove.app_engine: roles are given while it takes one away',
    ],
    [
      'roles that are taken away by two at once',
      (of) => delete block(of, 'google_project_iam_member_remove', 'app_engine').body.depends_on,
      'google_project_iam_member_remove.compute_engine: roles are given while it takes one away',
    ],
    [
      'a block that OpenTofu knows later than the configuration asks for',
      (of) => Object.assign(of['']?.rest ?? {}, { opentofu: [{ required_version: '>= 1.9' }] }),
      'modules/network: OpenTofu before 1.10 cannot read its removed block',
    ],
    [
      'nothing that OpenTofu is asked for',
      (of) => delete of['']?.rest.opentofu,
      'modules/network: OpenTofu before 1.10 cannot read its removed block',
    ],
    // Rules.
    [
      'a sixth variable',
      (of) => Object.assign(of['']?.variables ?? {}, { sixth: {} }),
      'variables without default',
    ],
    [
      'state on a laptop',
      (of) => Object.assign(of['']?.rest ?? {}, { terraform: [{}] }),
      'the state is not kept',
    ],
    [
      'a key file',
      (of) => Object.assign(of['']?.rest ?? {}, { provider: { google: [{ credentials: 'x' }] } }),
      'a provider is given a key',
    ],
    ['a key of a service account', (of) => add(of, 'google_service_account_key', {}), 'a key or a secret'],
    [
      'a secret in the state',
      (of) => add(of, 'google_secret_manager_secret_version', {}),
      'a key or a secret',
    ],
    [
      'a topic function for everybody',
      (of) =>
        Object.assign(block(of, 'google_cloud_run_v2_service_iam_member', 'public').body, {
          for_each: '${var.functions}',
        }),
      'everybody is let in',
    ],
    [
      'a bucket for everybody',
      (of) =>
        Object.assign(block(of, 'google_storage_bucket_iam_member', 'exporter').body, {
          member: 'allAuthenticatedUsers',
        }),
      'everybody is let in',
    ],
    [
      'a wrong choice of public functions',
      (of) =>
        Object.assign(of['modules/functions']?.locals ?? {}, { public: '${toset(keys(var.functions))}' }),
      'local.public',
    ],
    ['a function that lost its topic', (_, { functions }) => delete functions.hint?.topic, 'so public, are'],
    [
      'roles/owner',
      (of) =>
        Object.assign(block(of, 'google_project_iam_member', 'build').body, {
          for_each: '${toset(["roles/owner"])}',
        }),
      'roles/owner is too much',
    ],
    [
      'roles/container.admin',
      (of) =>
        Object.assign(block(of, 'google_project_iam_member', 'nodes').body, {
          role: 'roles/container.admin',
        }),
      'roles/container.admin is too much',
    ],
    [
      'roles/editor of one thing',
      (of) =>
        Object.assign(block(of, 'google_storage_bucket_iam_member', 'exporter').body, {
          role: 'roles/editor',
        }),
      'roles/editor is too much',
    ],
    [
      'a right to all buckets',
      (of) => delete block(of, 'google_project_iam_member', 'build_sources').body.condition,
      'reads the buckets of clusters',
    ],
    ['a binding instead of a member', (of) => add(of, 'google_project_iam_binding', {}), 'use a member'],
    [
      'functions that share an identity',
      (of) =>
        Object.assign(inner(block(of, 'google_cloudfunctions2_function').body, 'service_config'), {
          service_account_email: '${google_service_account.build.email}',
        }),
      'does not run as its own',
    ],
    [
      'a role beside the list',
      (of) =>
        Object.assign(block(of, 'google_project_iam_member', 'functions').body, {
          role: 'roles/datastore.user',
        }),
      'more than their list',
    ],
    [
      'permissions of one for all',
      (of) =>
        Object.assign(block(of, 'google_project_iam_custom_role', 'functions').body, {
          permissions: ['datastore.entities.get'],
        }),
      'not those of functions/permissions.ts',
    ],
    [
      'a wildcard',
      (_, { functions }) => Object.assign(functions.hint ?? {}, { permissions: ['datastore.entities.*'] }),
      'is no permission',
    ],
    [
      'workloads that may put holds on objects',
      (of) => {
        const { body } = block(of, 'google_project_iam_custom_role', 'cluster_data');
        body.permissions = [...(body.permissions as string[]), 'storage.objects.update'];
      },
      'workloads may do more in their bucket',
    ],
    [
      'the data of all clusters for somebody',
      (of) =>
        Object.assign(block(of, 'google_project_iam_member', 'nodes').body, {
          role: '${google_project_iam_custom_role.cluster_data.name}',
        }),
      'opens the buckets of all clusters',
    ],
    [
      'an API that may do more than answer',
      (_, { functions }) =>
        Object.assign(functions.api ?? {}, { permissions: ['container.clusters.delete'] }),
      'answers everybody and may',
    ],
    [
      'a bucket with access lists',
      (of) =>
        Object.assign(block(of, 'google_storage_bucket', 'exports').body, {
          uniform_bucket_level_access: false,
        }),
      'one by one',
    ],
    [
      'data that can be destroyed',
      (of) => delete block(of, 'google_firestore_database').body.lifecycle,
      'could be destroyed',
    ],
    [
      'data that is not there',
      (of) => of['modules/dns'] && Object.assign(of['modules/dns'], { blocks: [] }),
      'there is no google_dns_managed_zone',
    ],
    [
      'disks that cannot be encrypted',
      (of) =>
        Object.assign(block(of, 'google_kms_crypto_key_iam_member', 'disks').body, {
          role: 'roles/cloudkms.viewer',
        }),
      'Compute Engine (disks) cannot use its key',
    ],
    [
      'buckets that cannot be encrypted',
      (of) =>
        Object.assign(block(of, 'google_kms_crypto_key_iam_member', 'buckets').body, {
          for_each: '${google_kms_crypto_key.leaves}',
        }),
      'Cloud Storage (buckets) cannot use its key',
    ],
    [
      'a key that somebody else may use',
      (of) =>
        Object.assign(block(of, 'google_kms_crypto_key_iam_member', 'container').body, {
          member: 'group:everybody@example.com',
        }),
      'everybody@example.com: uses a key of clusters',
    ],
    [
      'a key that is told to nobody',
      (of) => {
        const { locals = {} } = of['modules/cell'] ?? {};
        locals.environment = String(locals.environment).replace('var.customer_managed_keys ?', 'false ?');
      },
      'is not told to the functions where it is wanted',
    ],
    [
      'machines that read charts',
      (of) =>
        add(of, 'google_artifact_registry_repository_iam_member', {
          repository: '${google_artifact_registry_repository.charts.name}',
          role: 'roles/artifactregistry.reader',
          member: 'serviceAccount:nodes',
        }),
      'serviceAccount:nodes',
    ],
    [
      'nobody who reads charts',
      (of) => {
        const { blocks = [] } = of['modules/registry'] ?? {};
        const at = (one: Block): boolean => one.type.endsWith('_iam_member') && one.name === 'charts';
        blocks.splice(blocks.findIndex(at), 1);
      },
      'charts are read by nobody',
    ],
    [
      'tokens of charts for every function',
      (of) =>
        Object.assign(block(of, 'google_service_account_iam_member', 'charts').body, {
          for_each: '${var.functions}',
        }),
      'by others than those that install',
    ],
    [
      'signatures in the name of who reads charts',
      (of) =>
        Object.assign(block(of, 'google_service_account_iam_member', 'charts').body, {
          role: 'roles/iam.serviceAccountTokenCreator',
        }),
      'by others than those that install',
    ],
    [
      'more than tokens of charts',
      (of) =>
        Object.assign(block(of, 'google_project_iam_custom_role', 'chart_tokens').body, {
          permissions: ['iam.serviceAccounts.getAccessToken', 'iam.serviceAccounts.signJwt'],
        }),
      'may do more to their account',
    ],
    [
      'charts whose account is told to nobody',
      (of) => {
        const { locals = {} } = of['modules/cell'] ?? {};
        locals.environment = String(locals.environment).replace('HUB_CHART_ACCOUNT', 'HUB_CHARTS');
      },
      'not told who reads charts',
    ],
    [
      'tokens of charts without their API',
      (of) => {
        const { locals = {} } = of['modules/services'] ?? {};
        locals.services = String(locals.services).replace('iamcredentials', 'credentials');
      },
      'is not enabled',
    ],
    [
      'an installer that may make no token',
      (_, { functions }) => Object.assign(functions['step-install'] ?? {}, { issues_chart_tokens: false }),
      'are made by step-repair',
    ],
    [
      'no deny between clusters',
      (of) => {
        const { blocks = [] } = of['modules/network'] ?? {};
        blocks.splice(
          blocks.findIndex(({ name }) => name === 'deny_between'),
          1,
        );
      },
      'nothing denies what comes from another cluster',
    ],
    [
      'a deny that leaves a range out',
      (of) => Object.assign(of['modules/network']?.locals ?? {}, { private: ['10.0.0.0/8'] }),
      'nothing denies what comes from another cluster',
    ],
    [
      'a deny for some nodes only',
      (of) =>
        Object.assign(block(of, 'google_compute_firewall', 'deny_between').body, { target_tags: ['some'] }),
      'nothing denies what comes from another cluster',
    ],
    [
      'a deny of one protocol',
      (of) =>
        Object.assign(inner(block(of, 'google_compute_firewall', 'deny_between').body, 'deny'), {
          protocol: 'tcp',
        }),
      'nothing denies what comes from another cluster',
    ],
    [
      'a rule that lets in',
      (of) => add(of, 'google_compute_firewall', { allow: [{ protocol: 'all' }] }),
      'lets something in',
    ],
    [
      'a subnetwork for several clusters',
      (of) => add(of, 'google_compute_subnetwork', { name: 'x' }),
      'clusters would share it',
    ],
    [
      'a network with subnetworks of its own',
      (of) =>
        Object.assign(block(of, 'google_compute_network', 'leaves').body, { auto_create_subnetworks: true }),
      'has subnetworks that clusters would share',
    ],
    [
      'a network beside it',
      (of) => add(of, 'google_compute_network_peering', { name: 'x' }),
      'leads into another network',
    ],
    [
      'a database without a past',
      (of) => delete block(of, 'google_firestore_database').body.point_in_time_recovery_enablement,
      'set back in time',
    ],
    [
      'a database that can be deleted',
      (of) => delete block(of, 'google_firestore_database').body.delete_protection_state,
      'can be deleted',
    ],
    [
      'a function that is not deployed',
      (_, { functions }) => delete functions['step-drain'],
      'stepDrain too few',
    ],
    [
      'a function that is not there',
      (_, given) =>
        Object.assign(given.functions, { debug: { ...given.functions.hint, entry_point: 'debug' } }),
      'debug too many',
    ],
    [
      'another list of functions',
      (of) => Object.assign(of['modules/cell']?.calls.functions ?? {}, { functions: {} }),
      'something else than the manifest',
    ],
    [
      'a service beside the functions',
      (of) => add(of, 'google_cloud_run_v2_service', {}),
      'deployed beside the functions',
    ],
    [
      'a topic without dead letters',
      (_, { functions }) => Object.assign(functions.sweep ?? {}, { max_delivery_attempts: null }),
      'sweep: has no dead letters',
    ],
    [
      'dead letters that go round',
      (_, { functions }) => Object.assign(functions['dead-letter'] ?? {}, { max_delivery_attempts: 10 }),
      'dead-letter: has no dead letters, or',
    ],
    [
      'no dead letter policy',
      (of) => delete block(of, 'google_pubsub_subscription').body.dynamic,
      'go nowhere',
    ],
    [
      'no right to forward',
      (of) =>
        Object.assign(block(of, 'google_pubsub_topic_iam_member', 'dead_letters').body, { member: 'x' }),
      'may not forward',
    ],
    [
      'a push without a token',
      (of) => delete inner(block(of, 'google_pubsub_subscription').body, 'push_config').oidc_token,
      'without a token',
    ],
    [
      'no retry policy',
      (of) => delete block(of, 'google_pubsub_subscription').body.retry_policy,
      'no retry policy',
    ],
    [
      'a subscription that expires',
      (of) => delete block(of, 'google_pubsub_subscription').body.expiration_policy,
      'would go',
    ],
    [
      'a function that is open to the outside',
      (of) =>
        Object.assign(inner(block(of, 'google_cloudfunctions2_function').body, 'service_config'), {
          ingress_settings: 'ALLOW_ALL',
        }),
      'reached from outside',
    ],
    [
      'another schedule',
      (_, { functions }) => Object.assign(functions.sweep ?? {}, { schedule: '0 0 * * *' }),
      'sweep: runs at',
    ],
    [
      'a job of nobody',
      (of) => add(of, 'google_cloud_scheduler_job', { name: 'x' }),
      'is not in the manifest',
    ],
    [
      'no jobs',
      (of) => of['modules/scheduler'] && Object.assign(of['modules/scheduler'], { blocks: [] }),
      'nothing starts the sweeps',
    ],
    [
      'other indexes',
      (of) =>
        Object.assign(of['modules/firestore']?.locals ?? {}, {
          declared: '${{ indexes = [], fieldOverrides = [] }}',
        }),
      'indexes are not those',
    ],
    [
      'other rules',
      (of) =>
        Object.assign(inner(inner(block(of, 'google_firebaserules_ruleset').body, 'source'), 'files'), {
          content: 'x',
        }),
      'rules are not those',
    ],
    ['an alert that is missing', (_, { alerts }) => delete alerts.alerts.stuck, 'stuck too few'],
    [
      'an alert made of nothing',
      (_, { alerts }) => delete alerts.alerts.stuck?.query,
      'stuck: is made of nothing',
    ],
    [
      'alerts without a policy',
      (of) => Object.assign(block(of, 'google_monitoring_alert_policy', 'logs').body, { for_each: '${{}}' }),
      'not each alert has a policy',
    ],
    [
      'pages that wake nobody',
      (of) =>
        Object.assign(block(of, 'google_monitoring_alert_policy', 'metrics').body, {
          notification_channels: ['${google_monitoring_notification_channel.operator.id}'],
        }),
      'reaches no channel that wakes somebody',
    ],
    [
      'channels that are told of nothing',
      (of) =>
        Object.assign(of['modules/monitoring']?.locals ?? {}, { channels: { WARNING: [], CRITICAL: [] } }),
      'reaches no channel that wakes somebody',
    ],
    [
      'an address that nobody is told is down',
      (of) =>
        Object.assign(block(of, 'google_monitoring_alert_policy', 'uptime').body, { for_each: '${{}}' }),
      'not each alert has a policy',
    ],
    [
      'copies of the database that stop',
      (_, { alerts }) => Object.assign(alerts.alerts['export-failed'] ?? {}, { log: 'severity>=ERROR' }),
      'google_cloud_scheduler_job.export: nobody is told when it fails',
    ],
    [
      'a job by another name than the alert asks for',
      (of) => Object.assign(block(of, 'google_cloud_scheduler_job', 'export').body, { name: 'export' }),
      'google_cloud_scheduler_job.export: nobody is told when it fails',
    ],
    [
      'alerts that look elsewhere than the code says',
      (of) => {
        const { body } = block(of, 'google_monitoring_alert_policy', 'logs');
        const log = inner(inner(body, 'conditions'), 'condition_matched_log');
        log.filter = 'resource.type="cloud_run_revision" AND ${each.value.log}';
      },
      'google_cloud_scheduler_job.export: nobody is told when it fails',
    ],
    [
      'alerts before the sweeps',
      (of) => delete of['modules/cell']?.calls.monitoring?.depends_on,
      'before what they ask for: scheduler',
    ],
    [
      'another limit of the kill switch',
      (of) =>
        Object.assign(of['modules/cell']?.locals ?? {}, {
          hourly_dollars: '${var.kill_switch ? 5 : var.limits.cell_hourly_dollars}',
        }),
      'do not know the limit of the kill switch',
    ],
    [
      'a kill switch that stops what deletes',
      (of) =>
        Object.assign(of['modules/cell']?.calls.scheduler ?? {}, {
          paused: '${var.kill_switch ? toset(["top-up", "sweep"]) : toset([])}',
        }),
      'stops other jobs than the one that makes spares',
    ],
    [
      'clusters below the console',
      (of) =>
        Object.assign(of['']?.calls.cell ?? {}, {
          clusters_domain:
            '${each.value.clusters_domain != null ? each.value.clusters_domain : "clusters.${each.value.domain}"}',
        }),
      'clusters are not beside the console by default',
    ],
    [
      'clusters that somebody puts below the console',
      (of) => {
        const { clusters_domain } = of['']?.variables ?? {};
        const all = (clusters_domain?.validation ?? []) as { condition: string }[];
        Object.assign(clusters_domain ?? {}, {
          validation: all.filter(({ condition }) => !condition.includes('firebaseapp.com')),
        });
      },
      'clusters_domain: clusters may be where people sign in',
    ],
    [
      'clusters of a cell below the console of another',
      (of) => {
        const { cells } = of['']?.variables ?? {};
        const all = (cells?.validation ?? []) as { condition: string }[];
        Object.assign(cells ?? {}, {
          validation: all.filter(({ condition }) => !condition.includes('firebaseapp.com')),
        });
      },
      'cells: clusters may be where people sign in',
    ],
    [
      'copies that stay longer than is said',
      (of) => delete block(of, 'google_storage_bucket', 'exports').body.soft_delete_policy,
      'google_storage_bucket.exports: copies stay otherwise than docs/security.md says',
    ],
    [
      'a mirror that grows for ever',
      (of) => delete block(of, 'google_artifact_registry_repository', 'images').body.cleanup_policies,
      'google_artifact_registry_repository.images: keeps for ever what anybody had it fetch',
    ],
    [
      'a mirror that would forget, and does not',
      (of) =>
        Object.assign(block(of, 'google_artifact_registry_repository', 'images').body, {
          cleanup_policy_dry_run: true,
        }),
      'google_artifact_registry_repository.images: keeps for ever what anybody had it fetch',
    ],
    [
      'a mirror that keeps more than what Hub installs',
      (of) => {
        const { body } = block(of, 'google_artifact_registry_repository', 'images');
        const [{ condition: [condition] = [] } = {}] = body.cleanup_policies as { condition: object[] }[];
        Object.assign(condition ?? {}, { package_name_prefixes: [''] });
      },
      'google_artifact_registry_repository.images: keeps other images than those that Hub installs',
    ],
    [
      'a mirror that forgets what Hub installs',
      (of) => {
        const { body } = block(of, 'google_artifact_registry_repository', 'images');
        body.cleanup_policies = (body.cleanup_policies as { action: string }[]).filter(
          ({ action }) => action === 'DELETE',
        );
      },
      'google_artifact_registry_repository.images: keeps other images than those that Hub installs',
    ],
    [
      'charts that go by themselves',
      (of) => {
        const { body } = block(of, 'google_artifact_registry_repository', 'images');
        const { cleanup_policies } = body;
        Object.assign(block(of, 'google_artifact_registry_repository', 'charts').body, { cleanup_policies });
      },
      'google_artifact_registry_repository.charts: loses what was pushed',
    ],
    [
      'people who sign in from yet another name',
      (of) => {
        const { body } = block(of, 'google_identity_platform_config');
        (body.authorized_domains as string[]).push('example.com');
      },
      'people sign in from names that clusters may be below',
    ],
    [
      'a password that is offered and let nobody in',
      (of) => {
        const { body } = block(of, 'google_identity_platform_config');
        inner(inner(body, 'sign_in'), 'email').enabled = false;
      },
      'the console offers other ways to sign in than are set up',
    ],
    [
      'a door that is said to be open and is not',
      (of) => {
        const { body } = block(of, 'google_identity_platform_config');
        inner(inner(body, 'client'), 'permissions').disabled_user_signup = true;
      },
      'the console offers other ways to sign in than are set up',
    ],
    [
      'functions that are not told whether anybody may sign up',
      (of) => {
        const locals = of['modules/cell']?.locals ?? {};
        locals.environment = String(locals.environment).replace('tostring(var.open_sign_up)', '"true"');
      },
      'the console offers other ways to sign in than are set up',
    ],
    [
      'a command of somebody else’s',
      (of) => add(of, 'terraform_data', { provisioner: { 'local-exec': [{ command: 'curl x | sh' }] } }),
      'runs curl',
    ],
    [
      'a module that nobody calls',
      (of) => Object.assign(of, { 'modules/spare': { ...of['modules/kms'], path: 'modules/spare' } }),
      'modules/spare: is never called',
    ],
    [
      'one cell only',
      (of) => Object.assign(of['']?.calls.cell ?? {}, { for_each: '${{}}' }),
      'cells are not made',
    ],
  ])('%s', (_, change, said) => {
    const [changed, given] = [copyOf(tree), copyOf(facts)];
    change(changed, given);
    expect(faultsOf(changed, given).join('\n')).toContain(said);
  });
});
