/**
 * The end of a sign-in that the command listens at: one form, posted by the console's page to a free port of the loopback
 * (https://www.rfc-editor.org/rfc/rfc8252#section-7.3). Any page of any site may post here too, so that only who knows the word is heard,
 * and only once.
 */
import { randomInt, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  LOOPBACK_DONE_PAGE,
  type LoopbackRequest,
  loopbackOf,
  SESSION_FIELD,
  STATE_ALPHABET,
  STATE_FIELD,
  STATE_LENGTH,
} from '../../shared/loopback-sign-in.ts';
import { KIB, minutes, seconds } from '../../shared/units.ts';
import { Failed } from '../failure.ts';

/** So long somebody may take to sign in. */
const PATIENCE_MS = minutes(10);
/** Refresh tokens are some hundred bytes: nobody has to send more. */
const MAX_BYTES = 16 * KIB;

interface Loopback {
  /** What the page is to be asked. */
  asked: LoopbackRequest;
  /**
   * The session that was handed over, after whose check the browser is sent back to the console.
   * @param check rejects for one that is not good; the browser is sent back all the same, for the terminal tells
   * @throws Failed if nobody has come, whatever `check` throws, and the reason of the signal
   */
  receive<T>(check: (refreshToken: string) => Promise<T>, signal: AbortSignal): Promise<T>;
}

const newState = (): string =>
  Array.from({ length: STATE_LENGTH }, () => STATE_ALPHABET[randomInt(STATE_ALPHABET.length)]).join('');

/** @param hub where the console is */
export async function openLoopback(hub: string, patienceMs = PATIENCE_MS): Promise<Loopback> {
  const state = newState();
  let answer: ((refreshToken: string, response: ServerResponse) => void) | undefined;
  const server = createServer((request, response) => {
    void receiveForm(request, new URL(loopbackOf(asked)).host, state).then(
      (received) => {
        if ('status' in received) return refuse(response, received.status);
        const taken = answer;
        // The first one is the answer; who comes later is told so.
        answer = undefined;
        if (taken) taken(received.refreshToken, response);
        else refuse(response, 410);
      },
      () => refuse(response, 400),
    );
  });
  // Who opens a connection and says nothing holds nobody up.
  server.requestTimeout = seconds(20);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const asked: LoopbackRequest = { port: (server.address() as AddressInfo).port, state };
  return {
    asked,
    async receive(check, signal) {
      try {
        return await new Promise((resolve, reject) => {
          const late = new Failed(`Nobody has signed in within ${patienceMs / minutes(1)} minutes.`, {
            remedy: 'Run hub login again.',
          });
          const timer = setTimeout(() => reject(late), patienceMs);
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
          answer = (refreshToken, response) => {
            clearTimeout(timer);
            void check(refreshToken)
              .finally(() => sendBack(response, hub))
              .then(resolve, reject);
          };
        });
      } finally {
        server.close();
        server.closeIdleConnections();
        // What is still being sent is one short answer.
        setTimeout(() => server.closeAllConnections(), seconds(1)).unref();
      }
    },
  };
}

type Received = { refreshToken: string } | { status: number };

async function receiveForm(request: IncomingMessage, host: string, state: string): Promise<Received> {
  // A name of somebody else's may lead here, too (DNS rebinding).
  if (request.headers.host !== host) return { status: 421 };
  if (request.url !== '/') return { status: 404 };
  if (request.method !== 'POST') return { status: 405 };
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? ''))
    return { status: 415 };
  let text = '';
  for await (const chunk of request.setEncoding('latin1')) {
    text += chunk as string;
    if (text.length > MAX_BYTES) return { status: 413 };
  }
  const form = new URLSearchParams(text);
  const refreshToken = form.get(SESSION_FIELD) ?? '';
  return isSame(form.get(STATE_FIELD) ?? '', state) && refreshToken !== ''
    ? { refreshToken }
    : { status: 403 };
}

/** In a time that tells nothing of how much is right. */
function isSame(given: string, state: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(state)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const HEADERS = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', connection: 'close' };

function refuse(response: ServerResponse, status: number): void {
  response
    .writeHead(status, { ...HEADERS, 'content-type': 'text/plain' })
    .end('This is the command hub, waiting for its own sign-in. Run hub login again if this was one.\n');
}

/**
 * By a page, and not by a redirect: that would still be the form, which the page may send to the loopback alone, as Chromium has it
 * (https://github.com/w3c/webappsec-csp/issues/8). The browser puts the next page in the place of this one, so that nobody sends the form again.
 */
function sendBack(response: ServerResponse, hub: string): void {
  const { href } = new URL(LOOPBACK_DONE_PAGE, hub);
  response
    .writeHead(200, {
      ...HEADERS,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      refresh: `0; url=${href}`,
    })
    .end('<!doctype html><title>hub</title><p>You may close this page, and go back to your terminal.\n');
}
