/** Whoever deletes an account over the API, and how to see that it is gone. */
import { createApi } from '../functions/api/app.ts';
import type { OwnAccountReply } from '../shared/api/account.ts';
import type { Problem } from '../shared/api/problem.ts';
import { accountPath } from '../shared/documents/account.ts';
import { requestOf, type Sending } from './request.ts';
import type { RunningHub } from './running-hub.ts';

export type Hub = Pick<RunningHub, 'run' | 'ports' | 'tokens' | 'clock' | 'documents'>;

export const tokenOf = (hub: Hub, uid: string, operator = false): string =>
  hub.tokens.issue({
    uid,
    email: `${uid}@example.com`,
    emailVerified: true,
    operator,
    signedInAt: new Date(hub.clock.now()),
  });

interface Answer<T> {
  status: number;
  body: T & Problem;
  etag: string | null;
}

export async function send<T = OwnAccountReply>(
  hub: Hub,
  method: string,
  path: string,
  token: string,
  sending: Sending = {},
): Promise<Answer<T>> {
  const asked = createApi(hub.ports).request(path, requestOf(method, token, sending));
  const response = await hub.run(Promise.resolve(asked));
  return {
    status: response.status,
    body: (await response.json()) as T & Problem,
    etag: response.headers.get('etag'),
  };
}

export async function deleteAccount(hub: Hub, uid: string): Promise<Answer<OwnAccountReply>> {
  const token = tokenOf(hub, uid);
  const { etag } = await send(hub, 'GET', '/v1/account', token);
  return send(hub, 'DELETE', '/v1/account', token, { headers: { 'if-match': etag ?? '' } });
}

export const isClosed = (hub: Hub, uid: string) => async (): Promise<boolean> =>
  (await hub.documents.get(accountPath(uid))) === undefined;
