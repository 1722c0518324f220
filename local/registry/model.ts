/** Artifact Registry, as far as who may read which repository: private ones ask for an access token. */
import type { Principal } from '../iam/principals.ts';

export interface Registry {
  /**
   * @param path `<project>/<repository>/<chart>`
   * @param auth as in a `config.json` of Docker: base64 of `user:password`
   * @returns what it answers instead of a token to pull with; undefined: it gives one
   */
  refusal(host: string, path: string, auth: string | undefined): RegistryRefusal | undefined;
}

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes */
interface RegistryRefusal {
  status: 401 | 403;
  code: 'UNAUTHORIZED' | 'DENIED';
  message: string;
}

interface PrivateRepository {
  /** `oci://<location>-docker.pkg.dev/<project>/<repository>` */
  source: string;
  /** The one service account that may read it. */
  reader: string;
  /** Whose access token it is, if it is anybody's. */
  identify(token: string): Principal | undefined;
}

/** Where the charts of a project are in the embedded cloud, and who reads them; see terraform/modules/registry. */
export const chartSourceOf = (projectId: string): string => `oci://europe-docker.pkg.dev/${projectId}/charts`;
export const chartAccountOf = (projectId: string): string =>
  `hub-charts@${projectId}.iam.gserviceaccount.com`;

const PERMISSION = 'artifactregistry.repositories.downloadArtifacts';

/** All other repositories, and registries, are everybody's. */
export function createRegistry({ source, reader, identify }: PrivateRepository): Registry {
  const { host: ownHost, pathname } = new URL(source);
  const [, project = '', repository = ''] = pathname.split('/');
  const location = ownHost.replace(/-docker\.pkg\.dev$/, '');
  const resource = `"projects/${project}/locations/${location}/repositories/${repository}" (or it may not exist)`;
  return {
    refusal(host, path, auth) {
      if (host !== ownHost || !path.startsWith(`${project}/${repository}/`)) return undefined;
      if (auth === undefined) {
        return denied(
          `Unauthenticated request. Unauthenticated requests do not have permission "${PERMISSION}" on resource ${resource}`,
        );
      }
      const [, user, token = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(auth, 'base64').toString('utf8')) ?? [];
      const principal = user === 'oauth2accesstoken' ? identify(token) : undefined;
      if (!principal) return { status: 401, code: 'UNAUTHORIZED', message: 'authentication failed' };
      return principal.kind === 'serviceAccount' && principal.email === reader
        ? undefined
        : denied(`Permission "${PERMISSION}" denied on resource ${resource}`);
    },
  };
}

const denied = (message: string): RegistryRefusal => ({ status: 403, code: 'DENIED', message });
