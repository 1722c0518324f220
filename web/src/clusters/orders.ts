/**
 * Clusters that were asked for and are not in the list yet: shown at once, before Hub has answered. Each order has a key of its own, so
 * that one that is sent twice makes one cluster. Whoever closes the dialog takes nothing back: what was refused after that is told here.
 */
import { type ApiError, asApiError, must, type Schemas } from '../api/client.ts';
import type { Hub } from '../hub.ts';
import { teller } from '../parts/toast.tsx';
import { createStore, useStore } from '../store.ts';
import { noteRefusal } from './catalog.ts';

export type Wish = Schemas['CreateCluster'];

export interface Order {
  /** The idempotency key. */
  key: string;
  wish: Wish;
  /** Who asked: somebody else may sign in before it is answered. */
  uid: string | undefined;
  /** Why it came to nothing. */
  error?: ApiError;
}

const orders = createStore<readonly Order[]>([]);

export const useOrders = (uid: string): readonly Order[] =>
  useStore(orders).filter((order) => order.uid === uid);

/**
 * @param isWaitedFor whether somebody still looks at the form, which then says what was refused; if not, it stays among the orders
 * @throws ApiError
 */
export async function order(
  { api, session }: Pick<Hub, 'api' | 'session'>,
  key: string,
  wish: Wish,
  isWaitedFor: () => boolean,
): Promise<Schemas['Cluster']> {
  const uid = uidIn(session);
  const tell = teller();
  const tellThem = (text: string): void => {
    if (!isWaitedFor()) tell(text);
  };
  put({ key, wish, uid });
  try {
    const cluster = await must(
      api.post('/v1/clusters', { body: wish, params: { header: { 'Idempotency-Key': key } } }),
    );
    expect(cluster.id);
    dismiss(key);
    tellThem(`${wish.name} is being created.`);
    return cluster;
  } catch (thrown) {
    const error = asApiError(thrown);
    noteRefusal(api, error);
    if (isWaitedFor()) dismiss(key);
    else put({ key, wish, uid, error });
    tellThem(`${wish.name} was not created. ${error.message}`);
    throw error;
  }
}

/** In the place of the one of the same key. */
function put(order: Order): void {
  const all = orders.get();
  const isThere = all.some(({ key }) => key === order.key);
  orders.set(isThere ? all.map((one) => (one.key === order.key ? order : one)) : [order, ...all]);
}

export const dismiss = (key: string): void => orders.set(orders.get().filter((one) => one.key !== key));

function uidIn(session: Hub['session']): string | undefined {
  const now = session.get();
  return now.kind === 'in' ? now.uid : undefined;
}

/** Clusters that Hub has just promised: the listener has them now or in a moment. */
const expected = createStore<ReadonlySet<string>>(new Set());
const EXPECTED_MS = 5000;

function expect(id: string): void {
  expected.set(new Set([...expected.get(), id]));
  setTimeout(() => expected.set(new Set([...expected.get()].filter((one) => one !== id))), EXPECTED_MS);
}

export const useIsExpected = (id: string): boolean => useStore(expected).has(id);
