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

const RULES: readonly Rule[] = [invokers];
