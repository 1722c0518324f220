/** What a pachd keeps in its Postgres: plain JSON, so that whoever makes one says where it is kept. */

export interface KeptToken {
  subject: string;
  /** Absent: it never ends. */
  expiresAt?: number;
}

export interface Connector {
  id: string;
  name: string;
  type: string;
  configVersion: number;
  config: Record<string, unknown>;
}

export interface OidcClient {
  id: string;
  name: string;
  secret: string;
  redirectUris: string[];
  trustedPeers: string[];
}

export interface OidcConfig {
  issuer: string;
  clientId: string;
  clientSecret: string;
  redirectUri: string;
  scopes: string[];
  requireEmailVerified: boolean;
  localhostIssuer: boolean;
  userAccessibleIssuerHost: string;
}

interface IdentityConfig {
  issuer: string;
  idTokenExpiry: string;
}

interface Described {
  description: string;
  createdAt: number;
}

/** Principal → its roles. */
export type Entries = Record<string, string[]>;

export interface PachdData {
  /** By resource, `CLUSTER:`, `PROJECT:default`, `REPO:default/images`. Without the cluster's, auth is not active. */
  bindings: Record<string, Entries>;
  /** By SHA-256 in hex. */
  tokens: Record<string, KeptToken>;
  /** By principal. */
  groups: Record<string, string[]>;
  oidc?: OidcConfig;
  identity?: IdentityConfig;
  connectors: Connector[];
  clients: OidcClient[];
  projects: Record<string, Described>;
  /** By `project/repo`. */
  repos: Record<string, Described>;
  /** Up to 2.11. */
  licenseExpiresAt?: number;
  /** dex's key, a private JWK. */
  signingKey?: Record<string, unknown>;
}

/** Where a pachd's data is; kept as one value. */
export interface Database {
  load(): PachdData | undefined;
  save(data: PachdData): void;
}

export const emptyData = (now: number): PachdData => ({
  bindings: {},
  tokens: {},
  groups: {},
  connectors: [],
  clients: [],
  projects: { default: { description: '', createdAt: now } },
  repos: {},
});

/** Gone with the process. */
export function memoryDatabase(): Database {
  let kept: string | undefined;
  return {
    load: () => (kept === undefined ? undefined : JSON.parse(kept)),
    save(data) {
      kept = JSON.stringify(data);
    },
  };
}
