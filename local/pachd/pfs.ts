/** Projects and repositories by name, which is what rights are about; files and commits there are none. */
import { PERMISSION as P, RESOURCE } from '../../functions/pachyderm/protos.ts';
import type { Message } from '../grpc.ts';
import { ServiceError, STATUS } from '../service.ts';
import type { Auth } from './auth.ts';
import { plain, type Resource } from './refusals.ts';
import { type Rows, type ServicesInput, timestamp } from './rows.ts';

export function pfsRows({ auth, data, save, clock }: ServicesInput): Rows {
  const projectOf = (repo: Message): string => repo?.project?.name || 'default';
  const authInfo = (caller: string, resource: Resource) =>
    auth.isActive ? { authInfo: auth.permissionsFor(caller, resource) } : {};
  return {
    activateAuth: {
      rule: P.CLUSTER_AUTH_ACTIVATE,
      answer: () => {
        auth.activatePfs();
        return {};
      },
    },
    createProject: {
      rule: P.PROJECT_CREATE,
      orInactive: true,
      answer: ({ project, description }, caller) => {
        const name = String(project?.name ?? '');
        requireName(name);
        if (data.projects[name])
          throw new ServiceError(STATUS.ALREADY_EXISTS, `project "${name}" already exists`);
        data.projects[name] = { description, createdAt: clock.now() };
        auth.bind({ type: RESOURCE.PROJECT, name }, caller, 'projectOwner');
        save();
        return {};
      },
    },
    listProject: {
      rule: 'signed in',
      orInactive: true,
      answer: (_request, caller, context) => {
        for (const [name, { description, createdAt }] of Object.entries(data.projects)) {
          const info = authInfo(caller, { type: RESOURCE.PROJECT, name });
          context.write({ project: { name }, description, createdAt: timestamp(createdAt), ...info });
        }
        return {};
      },
    },
    createRepo: {
      rule: 'signed in',
      orInactive: true,
      answer: ({ repo, description, update }, caller) => {
        const project = projectOf(repo);
        const name = String(repo?.name ?? '');
        requireName(name);
        if (!data.projects[project]) throw plain(`cannot find project "${project}"`);
        if (auth.isActive) {
          auth.require(caller, { type: RESOURCE.PROJECT, name: project }, P.PROJECT_CREATE_REPO);
        }
        const key = `${project}/${name}`;
        if (data.repos[key]) {
          if (update) return {};
          throw plain(`repo ${key} already exists`);
        }
        data.repos[key] = { description, createdAt: clock.now() };
        auth.bind({ type: RESOURCE.REPO, name: key }, caller, 'repoOwner');
        save();
        return {};
      },
    },
    listRepo: {
      rule: 'signed in',
      orInactive: true,
      answer: (_request, caller, context) => {
        for (const [key, { description, createdAt }] of Object.entries(data.repos)) {
          const [project = '', name = ''] = key.split('/');
          if (!mayList(auth, caller, project)) continue;
          context.write({
            repo: { name, type: 'user', project: { name: project } },
            description,
            created: timestamp(createdAt),
            ...authInfo(caller, { type: RESOURCE.REPO, name: key }),
          });
        }
        return {};
      },
    },
  };
}

const mayList = (auth: Auth, caller: string, project: string): boolean =>
  !auth.isActive ||
  auth.evaluate(caller, { type: RESOURCE.PROJECT, name: project }, [P.PROJECT_LIST_REPO]).missing.length ===
    0;

function requireName(name: string): void {
  if (/^[\w-]{1,63}$/.test(name)) return;
  throw plain(`name ("${name}") must only contain alphanumeric characters, underscores or dashes`);
}
