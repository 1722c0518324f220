/** Whether Terraform could find an order: nothing may need itself, by whatever way through modules. Pure. */
import { referencesIn } from './expressions.ts';
import { pathOf, scopesOf } from './references.ts';
import { type Body, type Module, type Tree, textsIn } from './tree.ts';

/** By node, what it needs. A node is `<module>#<kind>.<name>`; each module is called in one place. */
type Graph = Map<string, Set<string>>;

/** Whether what is said in a module is known only after something of that type was made, by whatever way through modules. */
export function waitsFor(value: unknown, module: Module, tree: Tree, type: string): boolean {
  const graph = graphOf(tree);
  const seen = new Set<string>();
  const queue = needsOf({ value }, module, tree);
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.split('#')[1]?.startsWith(`${type}.`)) return true;
    queue.push(...(graph.get(node) ?? []));
  }
  return false;
}

/** @returns the ways round, each once */
export function cycleFaults(tree: Tree): string[] {
  const graph = graphOf(tree);
  const done = new Set<string>();
  const faults: string[] = [];
  const visit = (node: string, way: readonly string[]): void => {
    const from = way.indexOf(node);
    if (from >= 0) faults.push(`goes round: ${[...way.slice(from), node].join(' needs ')}`);
    if (from >= 0 || done.has(node)) return;
    for (const next of graph.get(node) ?? []) visit(next, [...way, node]);
    done.add(node);
  };
  for (const node of graph.keys()) visit(node, []);
  return faults;
}

function graphOf(tree: Tree): Graph {
  const graph: Graph = new Map();
  const add = (node: string, needs: Iterable<string>): void =>
    void graph.set(node, new Set([...(graph.get(node) ?? []), ...needs]));
  for (const module of Object.values(tree)) {
    for (const { id, body } of scopesOf(module))
      if (!/^(module|var)\./.test(id)) add(nodeOf(module, id), needsOf(body, module, tree));
    for (const call of Object.values(module.calls)) {
      const called = tree[pathOf(module, call)];
      if (!called) continue;
      for (const name of Object.keys(called.variables))
        add(nodeOf(called, `var.${name}`), needsOf({ value: call[name] }, module, tree));
      const { for_each, count, depends_on } = call;
      const first = needsOf({ for_each, count, depends_on }, module, tree);
      for (const { type, name } of called.blocks) add(nodeOf(called, `${type}.${name}`), first);
    }
  }
  return graph;
}

const nodeOf = ({ path }: Module, id: string): string => `${path || 'root'}#${id}`;

function needsOf(body: Body, module: Module, tree: Tree): string[] {
  return [...textsIn(body)].flatMap(({ text }) =>
    referencesIn(text).references.flatMap(({ root, steps: [name = '', ...more] }) => {
      if (root === 'var' || root === 'local') return [nodeOf(module, `${root}.${name}`)];
      if (root === 'data') return [nodeOf(module, `${name}.${more[0]}`)];
      if (root !== 'module')
        return module.blocks.some((one) => one.type === root && one.name === name)
          ? [nodeOf(module, `${root}.${name}`)]
          : [];
      const call = module.calls[name];
      const called = call && tree[pathOf(module, call)];
      if (!called) return [];
      const output = more.find((step) => step !== '[]');
      // The whole of it: everything in it.
      return output === undefined
        ? called.blocks.map((block) => nodeOf(called, `${block.type}.${block.name}`))
        : [nodeOf(called, `output.${output}`)];
    }),
  );
}
