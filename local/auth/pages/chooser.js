/** The account chooser: takes the chosen or new account and hands it to the SDK's hidden frame, or to the page it returns to. */
const query = new URLSearchParams(location.search);
const { providerId, redirectUrl } = document.querySelector('main').dataset;
const storageKey = `firebase:redirectEvent:${query.get('apiKey')}:${query.get('appName')}`;
const form = document.querySelector('form');

for (const button of document.querySelectorAll('[data-claims]')) {
  button.addEventListener('click', () => finish(JSON.parse(button.dataset.claims)));
}
document.querySelector('#generate').addEventListener('click', generate);
form.addEventListener('submit', (event) => {
  event.preventDefault();
  const field = (name) => form.elements[name].value.trim() || undefined;
  finish({
    sub: newId(),
    email: field('email'),
    email_verified: form.elements.verified.checked,
    name: field('name'),
    screen_name: field('screenName'),
  });
});

/** Numbers, as Google's and GitHub's own ids are. */
function newId() {
  return Array.from(crypto.getRandomValues(new Uint32Array(2)), (word) =>
    String(word).padStart(10, '0'),
  ).join('');
}

function generate() {
  const [first, last] = [
    pick(['Amber', 'Iris', 'Jonas', 'Lin', 'Mara', 'Noor', 'Otis', 'Sana']),
    pick(['Alder', 'Birch', 'Cedar', 'Hazel', 'Linden', 'Rowan']),
  ];
  const number = newId().slice(0, 4);
  form.elements.email.value = `${first}.${last}.${number}@example.com`.toLowerCase();
  form.elements.name.value = `${first} ${last}`;
  form.elements.screenName.value = `${first}${last}${number}`.toLowerCase();
}

function pick(list) {
  return list[crypto.getRandomValues(new Uint32Array(1))[0] % list.length];
}

/** What the SDK is told: the address that a provider would have come back to. */
function finish(claims) {
  const answer = new URL(location.pathname, location.origin);
  answer.searchParams.set('providerId', providerId);
  answer.searchParams.set('id_token', JSON.stringify(claims));
  const authEvent = {
    type: query.get('authType'),
    eventId: query.get('eventId'),
    urlResponse: answer.href,
    sessionId: 'local',
    postBody: '',
    tenantId: null,
    error: null,
  };
  if (redirectUrl) {
    sessionStorage.setItem(storageKey, JSON.stringify(authEvent));
    location.replace(redirectUrl);
  } else if (!relay(authEvent)) {
    document.querySelector('#problem').textContent =
      'The page that opened this window is gone. Close it and sign in again.';
  }
}

/** To the frame of this origin in the page that opened this window. */
function relay(authEvent) {
  const frames = Array.from({ length: opener?.frames.length ?? 0 }, (_, i) => opener.frames[i]);
  const frame = frames.find(isOurs);
  frame?.postMessage({ eventType: 'sendAuthEvent', storageKey, authEvent }, location.origin);
  return frame !== undefined;
}

function isOurs(frame) {
  try {
    const its = new URLSearchParams(frame.location.search);
    return its.get('apiKey') === query.get('apiKey') && its.get('appName') === query.get('appName');
  } catch {
    return false; // A frame of another origin does not say where it is.
  }
}
