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
  'scripts may be in pages': {
    of: changed((all) => {
      if (all[POLICY])
        all[POLICY] = all[POLICY].replace("script-src 'self'", "script-src 'self' 'unsafe-inline'");
    }),
    finds: /^the policy has a hole$/,
  },
  'anything may be loaded': {
    of: changed((all) => {
      if (all[POLICY]) all[POLICY] = all[POLICY].replace("default-src 'none'", "default-src 'self'");
    }),
    finds: /^what is not named is allowed$/,
  },
  'anybody may frame it': {
    of: changed((all) => {
      if (all[POLICY]) all[POLICY] = all[POLICY].replace("frame-ancestors 'none'", "frame-ancestors 'self'");
    }),
    finds: /^frame-ancestors is open$/,
  },
  'TLS is for an hour': {
    of: changed((all) => {
      if (all['Strict-Transport-Security']) all['Strict-Transport-Security'] = 'max-age=3600';
    }),
    finds: /^TLS may be left out$/,
  },
  'sign-ins are kept': {
    of: changed((all) => {
      if (all['Cache-Control'] === 'no-store') all['Cache-Control'] = 'public';
    }),
    finds: /^sign-ins are kept$/,
  },
  'a session is handed over to any port of any host': {
    of: changed((all) => {
      if (all[POLICY]) all[POLICY] = all[POLICY].replace('form-action http://127.0.0.1:*', 'form-action *');
    }),
    finds: /^a session may be handed over elsewhere than to this computer$/,
  },
  'any page may hand it over': { of: elsewhere('/**'), finds: /^other pages have a policy of their own$/ },
});

const files = committed();
const plus = (name: string, text: string) => new Map([...files, [name, text]]);

promiseOf(
  '42',
  'the console keeps no secret, and proves who it is by a bearer token, which no other site can send',
  storage,
  files,
  {
    'a token is kept': {
      of: plus('web/src/more.ts', "localStorage.setItem('token', token);"),
      finds: /^web\/src\/more\.ts keeps 'token'$/,
    },
    'a cookie is set': {
      of: plus('web/src/more.ts', 'document.cookie = token;'),
      finds: /^web\/src\/more\.ts uses cookies$/,
    },
    'cookies are sent': {
      of: plus('web/src/more.ts', "fetch('/v1/me', { credentials: 'include' });"),
      finds: /^web\/src\/more\.ts sends cookies$/,
    },
  },
);
