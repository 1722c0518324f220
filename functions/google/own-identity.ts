/** Whoever a function is for Google's APIs, and for the clusters that take Google's word for it. */
import { GoogleAuth, OAuth2Client } from 'google-auth-library';

/**
 * Without the second GKE takes a service account for the number that it has, and no RoleBinding that names its address holds for it.
 * https://github.com/kubernetes/kubernetes/pull/58141
 */
const SCOPES = [
  'https://www.googleapis.com/auth/cloud-platform',
  'https://www.googleapis.com/auth/userinfo.email',
];

/** An auth client of the function's own identity, or, in the embedded cloud, of whose token is given. */
export async function ownIdentity(token: string | undefined) {
  if (token === undefined) return new GoogleAuth({ scopes: SCOPES }).getClient();
  const client = new OAuth2Client();
  client.setCredentials({ access_token: token });
  return client;
}
