/** Signing in in a window of Google's or GitHub's. Loaded when somebody wants it. */
import { type Auth, type AuthProvider, browserPopupRedirectResolver, signInWithPopup } from 'firebase/auth';

/** @param standIn base URL of the Auth stand-in, which brings what a page otherwise gets from Google: local/auth/README.md */
export async function signInWithPopUp(auth: Auth, provider: AuthProvider, standIn?: string): Promise<void> {
  if (standIn !== undefined) await load(`${standIn}/emulator/auth/gapi.js`);
  await signInWithPopup(auth, provider, browserPopupRedirectResolver);
}

const loading = new Map<string, Promise<void>>();

function load(source: string): Promise<void> {
  const known = loading.get(source);
  if (known) return known;
  const loaded = new Promise<void>((resolve, reject) => {
    const script = document.createElement('script');
    script.src = source;
    script.addEventListener('load', () => resolve());
    script.addEventListener('error', () => reject(new Error(`${source} cannot be loaded`)));
    document.head.append(script);
  });
  loading.set(source, loaded);
  return loaded;
}
