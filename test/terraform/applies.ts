/** What must hold so that an apply goes through, in an empty project and in a further cell: who is there before whom, and who may call. Pure. */
import { waitsFor } from './cycles.ts';
import { referencesIn } from './expressions.ts';
import { allBlocks, type Block, type Module, resourcesOf, type Tree, textsIn, titleOf } from './tree.ts';

/** @param handbook docs/deploy.md, where it tells what to do by hand */
type Rule = (tree: Tree, handbook: string) => string[];

/** @returns what is wrong, a line each */
export const applyFaults: Rule = (tree, handbook) => RULES.flatMap((rule) => rule(tree, handbook));

const moduleOf = (tree: Tree, path: string): Module => tree[path] as Module;

/** A service is there once its function is: a policy that takes the name from a list is set before, on nothing. */
const invokers: Rule = (tree) =>
  resourcesOf(tree, 'google_cloud_run_v2_service_iam_member').flatMap((block) =>
    waitsFor(block.body.name, moduleOf(tree, block.module), tree, 'google_cloudfunctions2_function')
      ? []
      : [`${titleOf(block)}: does not wait for the function it names`],
  );

/** Nodes read the repositories of their own project: an address that all cells are given is right for the first one only. */
const images: Rule = (tree) => {
  const cell = tree['modules/cell'];
  const environment = String(cell?.locals.environment ?? '');
  const taken = [...environment.matchAll(/\bHUB_\w+_IMAGE\s*=\s*(.+)/g)];
  const made = String(tree['modules/registry']?.outputs.images?.value ?? '');
  const mirror = String(tree['modules/registry']?.outputs.image_mirror?.value ?? '');
  const own =
    '${var.region}-docker.pkg.dev/${var.project_id}/${google_artifact_registry_repository.images.name}';
  return [
    ...taken.flatMap(([line, value = '']) =>
      /^module\.registry\.images\["\w+"\]$/.test(value.trim())
        ? []
        : [`modules/cell: ${line}: is not pulled from the cell's own repository`],
    ),
    ...(taken.length > 0 ? [] : ['modules/cell: functions are told no images']),
    ...(/\bHUB_IMAGE_MIRROR\s*=\s*module\.registry\.image_mirror$/m.test(environment)
      ? []
      : ['modules/cell: clusters have their images from Docker Hub itself']),
    ...(made.includes(`"${own}/\${image}"`) && mirror === own
      ? []
      : ['modules/registry: images are not in the repository of this project']),
  ];
};

/** With it one may name a project in `x-goog-user-project`, as the providers and scripts/google.ts do; no role that only reads has it. */
const CONSUMER = 'roles/serviceusage.serviceUsageConsumer';

/** Whoever signs in from outside, without a key. */
const consumers: Rule = (tree) => {
  const consuming = resourcesOf(tree, 'google_project_iam_member')
    .filter(({ body: { role, for_each } }) => JSON.stringify([role, for_each]).includes(CONSUMER))
    .map(({ module, body }) => `${module} ${String(body.member)}`);
  return resourcesOf(tree, 'google_service_account_iam_member')
    .filter(
      ({ body }) =>
        body.role === 'roles/iam.workloadIdentityUser' && String(body.member).includes('principalSet:'),
    )
    .filter(
      ({ module, body }) =>
        !consuming.includes(`${module} ${String(body.service_account_id).replace('.name}', '.member}')}`),
    )
    .map((block) => `${titleOf(block)}: may not use the project that its requests name`);
};

/** Where a resource says that it is in a place. */
const PLACES = ['location', 'location_id', 'region'];
/** Where it says that it is in another resource, and so where that is. */
const WITHIN = ['bucket', 'database', 'key_ring'];

/** What an expression leads to: also through what a module is given of another one's outputs. */
function* resourcesIn(text: string, module: string, tree: Tree): Generator<string> {
  for (const { root, steps } of referencesIn(text).references) {
    yield `${module} ${root}.${steps[0]}`;
    if (root !== 'var') continue;
    const given = tree['modules/cell']?.calls[module.replace('modules/', '')]?.[steps[0] ?? ''];
    const narrower = (given as Record<string, unknown> | undefined)?.[steps[1] ?? ''] ?? given;
    for (const { text: argument } of textsIn(narrower))
      for (const { root: from, steps: path } of referencesIn(argument).references)
        if (from === 'module')
          yield* resourcesIn(
            String(tree[`modules/${path[0]}`]?.outputs[path[1] ?? '']?.value ?? ''),
            `modules/${path[0]}`,
            tree,
          );
  }
}

/** What goes with the region of a cell: it cannot be read, changed or destroyed while the region is away. */
function regional(tree: Tree): (Block & { module: string })[] {
  const found = allBlocks(tree).filter(
    ({ kind, body }) => kind === 'resource' && PLACES.some((place) => body[place] === '${var.region}'),
  );
  const names = new Set(found.map(({ module, type, name }) => `${module} ${type}.${name}`));
  const inside = allBlocks(tree).filter((block) =>
    WITHIN.some((key) =>
      [...textsIn(block.body[key])].some(({ text }) =>
        [...resourcesIn(text, block.module, tree)].some((name) => names.has(name)),
      ),
    ),
  );
  return [...new Set([...found, ...inside])];
}

/** Where the region is gone, all that was in it, and nothing else, is taken out of the state by hand. */
const recovery: Rule = (tree, handbook) => {
  const written = /terraform state list \| grep -E '(.+)'/.exec(handbook)?.[1];
  if (written === undefined) return ['docs/deploy.md does not say what goes with a region'];
  const named = new RegExp(written);
  const isNamed = ({ module, type, name }: Block & { module: string }): boolean => {
    const called = module.replace('modules/', '');
    const index = 'count' in (tree['modules/cell']?.calls[called] ?? {}) ? '[0]' : '';
    return named.test(`module.cell["default"].module.${called}${index}.${type}.${name}`);
  };
  const gone = regional(tree);
  const stays = allBlocks(tree).filter(
    (block) => block.kind === 'resource' && !gone.some((one) => titleOf(one) === titleOf(block)),
  );
  return [
    ...gone
      .filter((block) => !isNamed(block))
      .map((block) => `${titleOf(block)}: docs/deploy.md leaves it in the state of a region that is gone`),
    ...stays
      .filter(isNamed)
      .map((block) => `${titleOf(block)}: docs/deploy.md takes it out of the state, and it is still there`),
    ...gone
      .filter(({ type }) => type.startsWith('google_kms_'))
      .map((block) => `${titleOf(block)}: a key cannot move, and would be left behind with the region`),
  ];
};

/** APIs that make networks, accounts and their roles when they are enabled. */
const MAKES_ITS_OWN = 'compute.googleapis.com';
/** What policies need, and what they are found by. */
const FOR_POLICIES = ['cloudresourcemanager', 'iam', 'orgpolicy', 'serviceusage'];
const DEFAULT_ACCOUNTS = ['@appspot.gserviceaccount.com', '-compute@developer.gserviceaccount.com'];

/** No policy takes away what is there already. */
const policiesFirst: Rule = (tree) => {
  const services = moduleOf(tree, 'modules/services');
  const faults: string[] = [];
  const expect = (holds: boolean, fault: string): void => void (holds || faults.push(fault));
  const enabled = resourcesOf(tree, 'google_project_service').map((block) => ({
    apis: String(services.locals[/^\$\{local\.(\w+)\}$/.exec(String(block.body.for_each))?.[1] ?? ''] ?? ''),
    waits: waitsFor(block.body, moduleOf(tree, block.module), tree, 'google_org_policy_policy'),
  }));
  expect(
    enabled.some(({ apis, waits }) => apis.includes(MAKES_ITS_OWN) && waits),
    `${MAKES_ITS_OWN} is enabled before the policies hold`,
  );
  for (const api of FOR_POLICIES)
    expect(
      enabled.some(({ apis, waits }) => apis.includes(`"${api}.googleapis.com"`) && !waits),
      `${api}.googleapis.com is not enabled before the policies`,
    );
  const held = JSON.stringify(tree['modules/policies']?.outputs.project_id?.depends_on ?? '');
  for (const { name } of resourcesOf(tree, 'google_org_policy_policy'))
    expect(held.includes(`google_org_policy_policy.${name}}`), `nobody waits for the policy ${name}`);
  const removed = resourcesOf(tree, 'google_project_iam_member_remove');
  const outside = { depends_on: services.outputs.project_id?.depends_on };
  for (const account of DEFAULT_ACCOUNTS)
    expect(
      removed.some(({ body }) => body.role === 'roles/editor' && String(body.member).endsWith(account)),
      `…${account} stays editor`,
    );
  // Each reads all roles of the project and writes them back: whoever gives some meanwhile gave them for nothing.
  const queue = [outside, ...removed.map(({ body }) => body)];
  const waitedFor = queue.flatMap((body) =>
    [...textsIn(body.depends_on)].flatMap(({ text }) => /member_remove\.(\w+)/.exec(text)?.[1] ?? []),
  );
  for (const block of removed)
    expect(
      !('for_each' in block.body) && waitedFor.filter((name) => name === block.name).length === 1,
      `${titleOf(block)}: roles are given while it takes one away`,
    );
  return faults;
};

/** `lifecycle` in `removed` is Terraform's from 1.7 on, and OpenTofu's from 1.10 on. */
const opentofu: Rule = (tree) => {
  const [{ required_version = '' } = {}] = (tree['']?.rest.opentofu ?? []) as { required_version?: string }[];
  const [, minor = 0] = /^>= 1\.(\d+)/.exec(required_version) ?? [];
  return Object.values(tree)
    .filter(({ rest }) => JSON.stringify(rest.removed ?? '').includes('lifecycle') && Number(minor) < 10)
    .map(({ path }) => `${path}: OpenTofu before 1.10 cannot read its removed block`);
};

/** What an apply needs of people, or leaves to them: what there is, and how docs/deploy.md must speak of it. */
const BY_HAND: readonly [what: string, isThere: (block: Block) => boolean, told: RegExp][] = [
  // It can be given on an organisation alone: https://cloud.google.com/iam/docs/roles-permissions/orgpolicy
  [
    'who may set policies',
    ({ type }) => type === 'google_org_policy_policy',
    /gcloud organizations add-iam-policy-binding .* roles\/orgpolicy\.policyAdmin/,
  ],
  // https://firebase.google.com/docs/projects/terraform/get-started
  [
    'that Firebase has terms',
    ({ type }) => type === 'google_firebase_project',
    /^\*\*2\. Sign in\*\*[\s\S]+console\.firebase\.google\.com[\s\S]+^\*\*3\. /m,
  ],
  // What was made by halves is to be made anew, and may not be destroyed.
  [
    'how what was made by halves is kept',
    ({ body }) => JSON.stringify(body.lifecycle ?? '').includes('prevent_destroy'),
    /terraform untaint/,
  ],
  [
    'how a function is made anew whose update failed',
    ({ type }) => type === 'google_cloudfunctions2_function',
    /-replace='module\.cell\["default"\]\.module\.functions\.google_cloudfunctions2_function\.this\["<name>"\]'/,
  ],
  // With it, what hashes of passwords are made with is in the state.
  [
    'that the state holds a secret',
    ({ type }) => type === 'google_identity_platform_config',
    /The state holds[\s\S]+hashes of passwords/,
  ],
];

const byHand: Rule = (tree, handbook) =>
  BY_HAND.flatMap(([what, isThere, told]) =>
    allBlocks(tree).some(isThere) && !told.test(handbook) ? [`docs/deploy.md does not say ${what}`] : [],
  );

const RULES: readonly Rule[] = [invokers, images, consumers, recovery, policiesFirst, opentofu, byHand];
