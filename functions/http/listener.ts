/** The API as the functions framework calls it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { Hono } from 'hono';
import { AppError } from '../../shared/errors.ts';
import type { ApiEnv } from './observe.ts';
import { problemResponse } from './problem.ts';

export function requestListener(
  app: Hono<ApiEnv>,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return getRequestListener((request, env) => app.fetch(request, env), {
    // Other functions and SDKs of the process keep the Request and Response they know.
    overrideGlobalObjects: false,
    // Only what is no valid request at all (a Host header of nonsense) fails before the app has it.
    errorHandler: (error) =>
      problemResponse(new AppError(error instanceof RequestError ? 'INVALID_ARGUMENT' : 'BUG'), 'none'),
  });
}
