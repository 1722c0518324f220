/** Opens a page in the browser of whoever is at this computer. Where that does not work they open it by hand: its address is shown anyway. */
import { spawn } from 'node:child_process';

/** What each system has for it. Of Windows, `start` would be read by a shell, to which an address means other things. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** @param address of ours; no shell reads it */
export function openBrowser(address: string, platform: NodeJS.Platform): void {
  const [program = '', ...args] = OPENERS[platform] ?? ['xdg-open'];
  spawn(program, [...args, address], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
