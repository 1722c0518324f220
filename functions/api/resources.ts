/** The API's endpoints by what they are about: how its description groups them, and what the `{id}` of a path is. */
import { type EndpointName, partsOf } from './policy.ts';

interface Resource {
  /** The heading under which it is shown. */
  tag: string;
  description: string;
  /** Of its paths. */
  paths: RegExp;
}

/** In the order in which they are shown. Each path belongs to one. */
export const RESOURCES: readonly Resource[] = [
  {
    tag: 'Clusters',
    description: 'Ask for a cluster, look at it, put off its end, delete it.',
    paths: /^\/v1\/clusters(\/\{id\}(:retry|:extend|\/events)?)?$/,
  },
  {
    tag: 'Members',
    description: 'Who may use a cluster, and who pays for it.',
    paths: /^\/v1\/clusters\/\{id\}(:transfer|\/members.*)$/,
  },
  {
    tag: 'Credentials',
    description: 'A member’s own way into a cluster.',
    paths: /^\/v1\/clusters\/\{id\}\/credentials$/,
  },
  {
    tag: 'Clean-up',
    description: 'The proof that nothing is left of a deleted cluster, and the keys to check it with.',
    paths: /^\/v1\/(clusters\/\{id\}\/cleanup|keys)$/,
  },
  {
    tag: 'Catalog',
    description: 'What is offered, and what a cluster would cost.',
    paths: /^\/v1\/(catalog|quote)$/,
  },
  {
    tag: 'Account',
    description: 'Who you are, what you may have, and all that Hub holds of you.',
    paths: /^\/v1\/(me|account)(\/.*)?$/,
  },
  {
    tag: 'Hub',
    description: 'How Hub is, and this description.',
    paths: /^\/v1\/(health|status|openapi\.json)$/,
  },
  { tag: 'Pools', description: 'Spares that are kept ready; for operators.', paths: /^\/v1\/pools/ },
  {
    tag: 'Operators',
    description: 'What all users have and did, and what needs a person; for operators.',
    paths: /^\/v1\/admin\//,
  },
];

/** What an `{id}` is, by what stands before it. */
const IDS: Readonly<Record<string, string>> = {
  '/v1/clusters/': 'Id of the cluster.',
  '/v1/pools/': 'Id of the pool: an RFC 1035 label, at most 63 characters.',
  '/v1/admin/accounts/': 'Uid of the user.',
  '/v1/admin/deadLetters/': 'Id of the dead letter.',
  '/v1/admin/orphans/': 'Key of the orphan.',
};

/** @throws Error if there is none, or more than one */
export function tagOf(name: EndpointName): string {
  const { path } = partsOf(name);
  const [resource, ...more] = RESOURCES.filter(({ paths }) => paths.test(path));
  if (!resource || more.length > 0) throw new Error(`it is not said once which resource ${path} is of`);
  return resource.tag;
}

/** @throws Error if nobody has said */
export function idInWords(path: string): string {
  const found = IDS[path.slice(0, path.indexOf('{id}'))];
  if (found === undefined) throw new Error(`nobody has said what the id in ${path} is`);
  return found;
}
