/** What this service shows to people: the account chooser, the pages of mailed links, and the files these load. */
import { readFileSync } from 'node:fs';
import { type ActionRequest, actionPage } from './action-page.ts';
import { chooserPage, framePage } from './chooser.ts';
import type { Page } from './html.ts';
import type { AuthModel } from './model.ts';
import type { Caller } from './operation.ts';

const TYPES = { js: 'text/javascript', css: 'text/css' };

function file(name: string, type: keyof typeof TYPES): Page {
  const headers = { 'content-type': `${TYPES[type]}; charset=utf-8`, 'cache-control': 'no-cache' };
  return { status: 200, headers, body: readFileSync(new URL(`pages/${name}`, import.meta.url), 'utf8') };
}

const FILES: Readonly<Record<string, Page>> = {
  '/emulator/auth/gapi.js': file('gapi.js', 'js'),
  '/emulator/auth/frame.js': file('frame.js', 'js'),
  '/emulator/auth/chooser.js': file('chooser.js', 'js'),
  '/emulator/auth/pages.css': file('pages.css', 'css'),
};

/** As the official emulator says that it is there. */
const READY: Page = {
  status: 200,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify({ authEmulator: { ready: true } }),
};

/** The page of that address, if there is one. Only `/emulator/action` takes a form. */
export async function pageOf(
  model: AuthModel,
  method: string,
  path: string,
  request: ActionRequest,
  caller: Caller,
): Promise<Page | undefined> {
  if (path === '/emulator/action' && (method === 'GET' || method === 'POST')) {
    return actionPage(model, request, caller);
  }
  if (method !== 'GET') return undefined;
  if (path === '/') return READY;
  if (path === '/emulator/auth/handler') return chooserPage(model, request.query);
  if (path === '/emulator/auth/iframe') return framePage(model, request.query);
  return Object.hasOwn(FILES, path) ? FILES[path] : undefined;
}
