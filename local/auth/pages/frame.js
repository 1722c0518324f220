/** Runs in the hidden frame that the SDK keeps in its page: hands it what the account chooser decided. */
const query = new URLSearchParams(location.search);
const storageKey = `firebase:redirectEvent:${query.get('apiKey')}:${query.get('appName')}`;
let page;

/** From the chooser in a pop-up, which has this page's origin. */
addEventListener('message', ({ origin, data }) => {
  if (origin !== location.origin || data?.eventType !== 'sendAuthEvent' || data.storageKey !== storageKey)
    return;
  if (page) deliver(data.authEvent);
  else sessionStorage.setItem(storageKey, JSON.stringify(data.authEvent));
});

function deliver(authEvent) {
  const acknowledged = (replies) => {
    if (replies?.at(-1)?.status !== 'ACK') console.warn('The page expected no such sign-in.');
  };
  page.send(
    'authEvent',
    { type: 'authEvent', authEvent },
    acknowledged,
    gapi.iframes.CROSS_ORIGIN_IFRAMES_FILTER,
  );
}

/** A chooser that was visited by redirect left its answer in the storage; the SDK asks for it with every new page. */
function start() {
  page = gapi.iframes.getContext().getParentIframe();
  const storage = () => ({ status: 'ACK', webStorageSupport: true });
  page.register('webStorageSupport', storage, gapi.iframes.CROSS_ORIGIN_IFRAMES_FILTER);
  const stored = sessionStorage.getItem(storageKey);
  sessionStorage.removeItem(storageKey);
  deliver(stored ? JSON.parse(stored) : { type: 'unknown', error: { code: 'auth/no-auth-event' } });
}

// Both gapi.js and Google's own call this when they are there.
window.gapi_onload = () => gapi.load('gapi.iframes', { callback: start });
