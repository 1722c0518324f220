/** That the pages that are built hold to it in a real browser is tested in test/browser; that Hosting's stand-in sends it, in local/hosting. */
import { committed, headers, site, storage } from './checks/source.ts';
import { promiseOf } from './promise.ts';

type Site = ReturnType<typeof site>;

function changed(edit: (all: Record<string, string>) => void): Site {
  const copy = site();
  for (const rule of copy.hosting.headers) {
    const all = Object.fromEntries(rule.headers.map(({ key, value }) => [key, value]));
    edit(all);
    rule.headers = Object.entries(all).map(([key, value]) => ({ key, value }));
  }
  return copy;
}
const POLICY = 'Content-Security-Policy';

/** What holds for the page that hands a session over, for other pages instead. */
function elsewhere(source: string): Site {
  const copy = site();
  for (const rule of copy.hosting.headers) if (rule.source === '/command-line') rule.source = source;
  return copy;
}

promiseOf('37, 42', 'the console runs nothing but its own, over TLS, framed by nobody', headers, site(), {
  'scripts may be in pages': changed((all) => {
    if (all[POLICY])
      all[POLICY] = all[POLICY].replace("script-src 'self'", "script-src 'self' 'unsafe-inline'");
  }),
  'anything may be loaded': changed((all) => {
    if (all[POLICY]) all[POLICY] = all[POLICY].replace("default-src 'none'", "default-src 'self'");
  }),
  'anybody may frame it': changed((all) => {
    if (all[POLICY]) all[POLICY] = all[POLICY].replace("frame-ancestors 'none'", "frame-ancestors 'self'");
  }),
  'TLS is for an hour': changed((all) => {
    if (all['Strict-Transport-Security']) all['Strict-Transport-Security'] = 'max-age=3600';
  }),
  'sign-ins are kept': changed((all) => {
    if (all['Cache-Control'] === 'no-store') all['Cache-Control'] = 'public';
  }),
  'a session is handed over to any port of any host': changed((all) => {
    if (all[POLICY]) all[POLICY] = all[POLICY].replace('form-action http://127.0.0.1:*', 'form-action *');
  }),
  'any page may hand it over': elsewhere('/**'),
});

const files = committed();
const plus = (name: string, text: string) => new Map([...files, [name, text]]);

promiseOf(
  '42',
  'the console keeps no secret, and proves who it is by a bearer token, which no other site can send',
  storage,
  files,
  {
    'a token is kept': plus('web/src/more.ts', "localStorage.setItem('token', token);"),
    'a cookie is set': plus('web/src/more.ts', 'document.cookie = token;'),
    'cookies are sent': plus('web/src/more.ts', "fetch('/v1/me', { credentials: 'include' });"),
  },
);
