/** What journeys do with clusters, over HTTP. */
import { expect } from 'vitest';
import type { Driver, Person } from './hub.ts';

/** @returns the id */
export async function create(person: Person, name = 'mine', more: object = {}): Promise<string> {
  const { status, body } = await person('POST', '/v1/clusters', { name, ...more });
  expect(status).toBe(202);
  return body.id;
}

/** Resolves when it is deleted. */
export async function remove(driver: Driver, person: Person, id: string): Promise<void> {
  expect((await person('DELETE', `/v1/clusters/${id}`)).status).toBe(202);
  await driver.until(id, 'deleted');
}

/** What the embedded cloud still holds of it. */
export const belongsTo = (driver: Driver, id: string): string[] =>
  driver.left().filter((name) => name.includes(id));
