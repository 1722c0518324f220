/** Light or dark: as the system has it, unless the user says otherwise. */
import { createStore } from './store.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];

const KEY = 'hub-theme';

export const theme = createStore<Theme>('system');

/** Without storage (a private window may have none) it holds for this page. */
function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function startTheme(): void {
  theme.set(THEMES.find((one) => one === remembered()) ?? 'system');
  apply();
}

export function setTheme(chosen: Theme): void {
  theme.set(chosen);
  apply();
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // See above.
  }
}

function apply(): void {
  document.documentElement.dataset.theme = theme.get();
}
