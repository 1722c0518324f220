/** Where this page lives and whom it talks to. */
import { CONFIG_ADDRESS, type ConsoleConfig } from '../../shared/console-config.ts';

export type { ConsoleConfig } from '../../shared/console-config.ts';

/** @throws Error if Hosting does not answer */
export async function loadConfig(): Promise<ConsoleConfig> {
  const answer = await fetch(CONFIG_ADDRESS);
  if (!answer.ok) throw new Error(`${CONFIG_ADDRESS} answers ${answer.status}`);
  return (await answer.json()) as ConsoleConfig;
}
