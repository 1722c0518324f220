/** The two methods whose both sides stream. Who calls is found out first; what comes meanwhile waits. */
import { seconds } from '../../shared/units.ts';
import type { LocalClock } from '../clock.ts';
import type { Message } from '../grpc.ts';
import { ServiceError, STATUS } from '../service.ts';
import type { Access } from './access.ts';
import type { StreamCall } from './call.ts';
import { type Guard, UNGUARDED } from './guard.ts';
import { type ListenSession, openListen } from './listen.ts';
import type { GuardedCommit } from './methods.ts';
import type { FirestoreModel } from './model.ts';
import { invalid } from './values.ts';
import { fromWrite, toCommitResponse } from './wire.ts';

interface Stream {
  model: FirestoreModel;
  access: Access | undefined;
}

const guardOf = async (call: StreamCall, { model, access }: Stream): Promise<Guard> =>
  access ? access.guard(model, (name) => call.header(name)) : UNGUARDED;

/** The web client's queue of writes: the first request opens the stream, each further one is a commit, answered in order. */
export function serveWrite(call: StreamCall, stream: Stream & { commit: GuardedCommit }): void {
  const guarding = guardOf(call, stream);
  let count = 0;
  const checkDatabase = oneDatabase();
  const answer = async (request: Message): Promise<void> => {
    checkDatabase(request);
    const guard = await guarding;
    if (guard.untilMs !== undefined && stream.model.readTime() / 1000 >= guard.untilMs) throw expired();
    const streamToken = Buffer.from(String(count++));
    if (count === 1) {
      call.write({ streamId: 'writes', streamToken });
    } else {
      const result = await stream.commit(guard, (request.writes ?? []).map(fromWrite));
      call.write({ streamToken, ...toCommitResponse(result) });
    }
  };
  let work: Promise<unknown> = guarding;
  let over = false;
  const fail = (error: unknown): void => {
    if (over) return;
    over = true;
    call.fail(error);
  };
  work.catch(fail);
  call.start({
    request(message) {
      // After a failure nothing more is carried out: the client sends what was not answered again, on a new stream.
      work = work.then(() => (over ? undefined : answer(message))).catch(fail);
    },
    end: () => void work.then(() => over || call.end()).catch(fail),
    closed() {
      over = true;
    },
  });
}

/** Clients take a stream that is silent for two minutes of their own time for dead, so this is not scaled. */
const HEARTBEAT_MS = seconds(45);

export function serveListen(call: StreamCall, stream: Stream & { clock: LocalClock }): void {
  const { clock, model, access } = stream;
  let session: ListenSession | undefined;
  let over = false;
  const endings: (() => void)[] = [];
  const close = (): void => {
    over = true;
    session?.close();
    for (const end of endings.splice(0)) end();
  };
  const fail = (error: unknown): void => {
    if (over) return;
    close();
    call.fail(error);
  };

  const beating = (open: ListenSession): (() => void) => {
    let cancel = (): void => undefined;
    const beat = (): void => {
      cancel = clock.schedule(clock.now() + HEARTBEAT_MS, () => {
        open.beat();
        beat();
      });
    };
    beat();
    return () => cancel();
  };
  const opening = guardOf(call, stream).then((guard) => {
    if (over) return;
    const open = openListen(model, (response) => call.write(response), { guard });
    session = open;
    endings.push(beating(open));
    if (!guard.binding) return;
    if (access) endings.push(access.onLoad(() => open.doubt()));
    if (guard.untilMs !== undefined) endings.push(clock.schedule(guard.untilMs, () => fail(expired())));
  });
  opening.catch(fail);

  const checkDatabase = oneDatabase();
  const request = (message: Message): void => {
    checkDatabase(message);
    session?.request(message);
  };
  call.start({
    request: (message) => void opening.then(() => request(message)).catch(fail),
    end() {
      void opening.then(() => {
        if (over) return;
        close();
        call.end();
      }, fail);
    },
    closed: close,
  });
}

/** A stream belongs to the database that it named first. */
function oneDatabase(): (request: Message) => void {
  let database: string | undefined;
  return ({ database: named }) => {
    if (!named) return;
    database ??= named;
    if (named !== database) throw invalid(`This stream belongs to ${database}, not to ${named}.`);
  };
}

/** Clients answer it by a new stream with a new token. */
const expired = (): ServiceError =>
  new ServiceError(STATUS.UNAUTHENTICATED, 'The ID token of this stream has expired.');
