/** What every operation of the API is given, and what stands for those that are not here. */
import type { Log } from '../../functions/log.ts';
import type { Body } from './body.ts';
import { type AuthModel, invalid } from './model.ts';

export interface Caller {
  /** Where this stand-in is reached by browsers, for links: `http://127.0.0.1:4004`. */
  origin: string;
  log: Log;
}

export type Operation = (model: AuthModel, body: Body, caller: Caller) => Promise<Body> | Body;

/** Answers what this stand-in leaves out as a project does that has it switched off. */
export const switchedOff =
  (what: string): Operation =>
  () => {
    throw invalid(`OPERATION_NOT_ALLOWED : ${what} is not part of the local Auth service.`);
  };

/** @throws ServiceError UNSUPPORTED_TENANT_OPERATION */
export function refuseTenant(body: Body): void {
  if (body.tenantId) {
    throw invalid('UNSUPPORTED_TENANT_OPERATION : Tenants are not part of the local Auth service.');
  }
}
