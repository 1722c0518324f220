/**
 * Requests in somebody's name, over the real API in processes of the world: with patience, and again where people and programs would ask
 * again.
 */
import type { Hono } from 'hono';
import { createApi } from '../../../functions/api/app.ts';
import { CREDENTIALS_ENDPOINTS } from '../../../functions/api/credentials.ts';
import { type EndpointName, partsOf } from '../../../functions/api/policy.ts';
import type { ApiEnv } from '../../../functions/http/observe.ts';
import { seconds } from '../../../shared/units.ts';
import { requestOf } from '../../request.ts';
import { between } from '../chance.ts';
import type { Process } from '../process.ts';
import type { World } from '../world.ts';
import type { Answers } from './answers.ts';
import { emailOf, type User } from './users.ts';

export interface Ask {
  as: User;
  name: EndpointName;
  id?: string | undefined;
  email?: string | undefined;
  query?: string;
  body?: object;
  key?: string;
  /** ETag of what was looked at. */
  seen?: string | undefined;
}

export interface Answer {
  status: number;
  body: { id?: string; code?: string; expiresAt?: string };
  etag: string | undefined;
}

export interface Client {
  signIn(uid: User): void;
  /** Asks again where there was no answer, or one that says to come back. @returns undefined if there was no answer in time */
  ask(request: Ask): Promise<Answer | undefined>;
}

/** The functions that serve the API. */
type Server = 'api' | 'credentials';

interface Instance {
  process: Process;
  app: Hono<ApiEnv>;
}

/** Clients give up by then, and repeat what is safe to repeat. */
const PATIENCE_MS = seconds(30);
const REPEATS = 4;

export function createClient(world: World, answers: Answers): Client {
  const { hub, clock, streams } = world;
  const idle: Record<Server, Instance[]> = { api: [], credentials: [] };
  const tokens = new Map<User, string>();
  const sleep = (ms: number): Promise<void> => clock.sleepUntil(clock.now() + ms);

  function signIn(uid: User): void {
    const signedInAt = new Date(clock.now());
    const operator = uid === 'operator';
    tokens.set(
      uid,
      hub.tokens.issue({ uid, email: emailOf(uid), emailVerified: true, operator, signedInAt }),
    );
  }

  function instanceOf(name: Server): Instance {
    for (let found = idle[name].pop(); found; found = idle[name].pop()) if (found.process.alive) return found;
    const { process, ports } = world.start(name, { lasts: true });
    return { process, app: createApi(ports, ...(name === 'api' ? [] : [CREDENTIALS_ENDPOINTS])) };
  }

  /** One request. */
  async function send(request: Ask): Promise<Answer | undefined> {
    const { as, name, body } = request;
    const { method, url } = lineOf(request);
    const served: Server = name.endsWith('/credentials') ? 'credentials' : 'api';
    const instance = instanceOf(served);
    world.note(`ask ${name}`, () => `${as} ${method} ${url} ${body ? JSON.stringify(body) : ''}`);
    world.serving.add(instance.process);
    const check = answers.expect(request);
    const answered = Promise.resolve(
      instance.app.request(url, requestOf(method, tokens.get(as), { body, headers: conditionsOf(request) })),
    ).then(async (response): Promise<Answer> => {
      const answer = await answerOf(response);
      world.serving.delete(instance.process);
      return answer;
    });
    const answer = await Promise.race([answered, sleep(PATIENCE_MS)]);
    if (!answer) return undefined;
    if (instance.process.alive) idle[served].push(instance);
    world.note(
      `answer ${answer.status}`,
      () => `${as} ${method} ${url} → ${answer.status} ${answer.body.code ?? answer.body.id ?? ''}`,
    );
    check(answer);
    return answer;
  }

  return {
    signIn,
    async ask(request) {
      for (let left = REPEATS; ; left--) {
        const answer = await send(request);
        const again = answer === undefined || answer.status === 503 || answer.status === 409;
        if (!again || left === 0) return answer;
        await sleep(between(streams.load, seconds(1), seconds(20)));
      }
    },
  };
}

function lineOf({ name, id = '', email = '', query = '' }: Ask): { method: string; url: string } {
  const { method, path } = partsOf(name);
  return { method, url: path.replace('{id}', id).replace('{email}', encodeURIComponent(email)) + query };
}

const conditionsOf = ({ seen, key }: Ask): Record<string, string> => ({
  ...(seen !== undefined && { 'if-match': seen }),
  ...(key !== undefined && { 'idempotency-key': key }),
});

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
  const etag = response.headers.get('etag') ?? undefined;
  return { status: response.status, body: isJson ? JSON.parse(text) : {}, etag };
}
