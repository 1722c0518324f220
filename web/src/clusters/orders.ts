/**
 * Clusters that were asked for and are not in the list yet: shown at once, before Hub has answered. Each order has a key of its own, so
 * that one that is sent twice makes one cluster.
 */
import { type Api, type ApiError, asApiError, must, type Schemas } from '../api/client.ts';
import { createStore, useStore } from '../store.ts';

export type Wish = Schemas['CreateCluster'];

export interface Order {
  /** The idempotency key. */
  key: string;
  name: string;
}

const orders = createStore<readonly Order[]>([]);

export const useOrders = (): readonly Order[] => useStore(orders);

/** @throws ApiError */
export async function order(api: Api, key: string, wish: Wish): Promise<Schemas['Cluster']> {
  if (!orders.get().some((one) => one.key === key)) orders.set([{ key, name: wish.name }, ...orders.get()]);
  try {
    const cluster = await must(
      api.post('/v1/clusters', { body: wish, params: { header: { 'Idempotency-Key': key } } }),
    );
    expect(cluster.id);
    return cluster;
  } catch (error) {
    throw asApiError(error) satisfies ApiError;
  } finally {
    orders.set(orders.get().filter((one) => one.key !== key));
  }
}

/** Clusters that Hub has just promised: the listener has them now or in a moment. */
const expected = createStore<ReadonlySet<string>>(new Set());
const EXPECTED_MS = 5000;

function expect(id: string): void {
  expected.set(new Set([...expected.get(), id]));
  setTimeout(() => expected.set(new Set([...expected.get()].filter((one) => one !== id))), EXPECTED_MS);
}

export const useIsExpected = (id: string): boolean => useStore(expected).has(id);
