/** All that a test may call in a page. */
import * as bursts from './bursts.ts';
import * as client from './client.ts';
import * as documents from './documents.ts';
import * as times from './times.ts';
import * as users from './users.ts';

const { open, close, listen, seen, unlisten, recentLog } = client;
const actions = {
  open,
  close,
  listen,
  seen,
  unlisten,
  recentLog,
  ...documents,
  ...bursts,
  ...times,
  ...users,
};

export type Actions = typeof actions;

Object.assign(globalThis, { actions });
