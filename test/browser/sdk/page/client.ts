/** The web client of a page: opens the unmodified `firebase` SDK on the stand-ins, and keeps what its listeners were told. */
import { deleteApp, type FirebaseApp, initializeApp } from 'firebase/app';
import { type Auth, connectAuthEmulator, initializeAuth, inMemoryPersistence } from 'firebase/auth';
import {
  collection,
  collectionGroup,
  connectFirestoreEmulator,
  type DocumentData,
  doc,
  type Firestore,
  type FirestoreSettings,
  initializeFirestore,
  limit,
  onSnapshot,
  orderBy,
  persistentLocalCache,
  persistentMultipleTabManager,
  persistentSingleTabManager,
  type Query,
  type QueryConstraint,
  query,
  setLogLevel,
  terminate,
  where,
} from 'firebase/firestore';

export interface ClientOptions {
  firestorePort: number;
  authPort?: number;
  /** By default it reads a response by fetch while it comes. */
  transport?: 'long polling' | 'XMLHttpRequest';
  /** Keeps documents and resume tokens over a reload, for one tab or for several. */
  persistence?: 'one tab' | 'tabs';
  /** Whether the SDK's own log is not kept: it costs time. */
  quiet?: boolean;
}

type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not-in' | 'array-contains';

export interface QuerySpec {
  collection: string;
  /** Of all collections of that name. */
  group?: true;
  where?: [field: string, operator: Operator, value: unknown][];
  orderBy?: [field: string, direction?: 'asc' | 'desc'][];
  limit?: number;
}

type Target = { document: string } | QuerySpec;

/** What a listener was told so far. */
interface Seen {
  /** By id, in the order of the query; undefined before the first snapshot. */
  documents?: Record<string, DocumentData>;
  fromCache: boolean;
  pending: boolean;
  snapshots: number;
  /** Code of the error that ended it. */
  error?: string;
}

interface Client {
  app: FirebaseApp;
  db: Firestore;
  auth: Auth | undefined;
}

let current: Client | undefined;
const listeners = new Map<string, { seen: Seen; stop: () => void }>();

function client(): Client {
  if (!current) throw new Error('no client is open');
  return current;
}
export const db = (): Firestore => client().db;
export function auth(): Auth {
  const { auth: opened } = client();
  if (!opened) throw new Error('the client was opened without authPort');
  return opened;
}

export function open({ firestorePort, authPort, transport, persistence, quiet }: ClientOptions): void {
  if (!quiet) keepLog();
  const app = initializeApp({ projectId: 'demo', apiKey: 'any', appId: '1:1:web:1' });
  const opened = initializeFirestore(app, {
    ...(transport === 'long polling' && { experimentalForceLongPolling: true }),
    // Not in the public types; Firestore's own tests set it.
    ...(transport === 'XMLHttpRequest' && ({ useFetchStreams: false } as FirestoreSettings)),
    ...(persistence && {
      localCache: persistentLocalCache({
        tabManager:
          persistence === 'tabs' ? persistentMultipleTabManager() : persistentSingleTabManager(undefined),
      }),
    }),
  });
  connectFirestoreEmulator(opened, '127.0.0.1', firestorePort);
  current = { app, db: opened, auth: undefined };
  if (authPort === undefined) return;
  current.auth = initializeAuth(app, { persistence: inMemoryPersistence });
  connectAuthEmulator(current.auth, `http://127.0.0.1:${authPort}`, { disableWarnings: true });
}

const LOG_LINES = 300;
const lines: string[] = [];

/** What the SDK logged last. */
export const recentLog = (): string[] => lines;

/** The SDK writes its log on the console, from where every line would go over to the test. */
function keepLog(): void {
  setLogLevel('debug');
  console.log = (...words: unknown[]) => {
    lines.push(words.map(String).join(' '));
    if (lines.length > LOG_LINES) lines.shift();
  };
}

/** Ends the client as an application does that needs it no more. */
export async function close(): Promise<void> {
  const { app, db: opened } = client();
  await terminate(opened);
  await deleteApp(app);
  current = undefined;
}

export function queryOf(spec: QuerySpec): Query {
  const source = spec.group ? collectionGroup(db(), spec.collection) : collection(db(), spec.collection);
  const constraints: QueryConstraint[] = [
    ...(spec.where ?? []).map((filter) => where(...filter)),
    ...(spec.orderBy ?? []).map(([field, direction]) => orderBy(field, direction)),
    ...(spec.limit === undefined ? [] : [limit(spec.limit)]),
  ];
  return query(source, ...constraints);
}

/** Starts a listener under that name. */
export function listen(name: string, target: Target): void {
  const seen: Seen = { fromCache: true, pending: false, snapshots: 0 };
  const fail = (error: { code: string }): void => {
    seen.error = error.code;
  };
  const note = (
    documents: Record<string, DocumentData>,
    { fromCache, hasPendingWrites }: { fromCache: boolean; hasPendingWrites: boolean },
  ): void => {
    Object.assign(seen, { documents, fromCache, pending: hasPendingWrites, snapshots: seen.snapshots + 1 });
  };
  const options = { includeMetadataChanges: true };
  const stop =
    'document' in target
      ? onSnapshot(
          doc(db(), target.document),
          options,
          (one) => note(one.exists() ? { [one.id]: one.data() } : {}, one.metadata),
          fail,
        )
      : onSnapshot(
          queryOf(target),
          options,
          (all) => note(Object.fromEntries(all.docs.map((one) => [one.id, one.data()])), all.metadata),
          fail,
        );
  listeners.set(name, { seen, stop });
}

export function seen(name: string): Seen {
  const listener = listeners.get(name);
  if (!listener) throw new Error(`no listener ${name}`);
  return listener.seen;
}

/** Stops it; what it was told stays to be seen. */
export function unlisten(name: string): void {
  listeners.get(name)?.stop();
}
