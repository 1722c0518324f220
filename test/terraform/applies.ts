/** What must hold so that an apply goes through, in an empty project and in a further cell: who is there before whom, and who may call. Pure. */
import { waitsFor } from './cycles.ts';
import { type Module, resourcesOf, type Tree, titleOf } from './tree.ts';

type Rule = (tree: Tree) => string[];

/** @returns what is wrong, a line each */
export const applyFaults = (tree: Tree): string[] => RULES.flatMap((rule) => rule(tree));

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
  const own =
    '"${var.region}-docker.pkg.dev/${var.project_id}/${google_artifact_registry_repository.images.name}/${image}"';
  return [
    ...taken.flatMap(([line, value = '']) =>
      /^module\.registry\.images\["\w+"\]$/.test(value.trim())
        ? []
        : [`modules/cell: ${line}: is not pulled from the cell's own repository`],
    ),
    ...(taken.length > 0 ? [] : ['modules/cell: functions are told no images']),
    ...(made.includes(own) ? [] : ['modules/registry: images are not in the repository of this project']),
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

const RULES: readonly Rule[] = [invokers, images, consumers];
