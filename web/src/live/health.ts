/** What of Hub's state is worth a line above the page. */
import type { Status } from '../../../shared/documents/status.ts';

/** What is not as it should be, in sentences, the worst first; each once, also where several cells suffer from the same. */
export function troubleIn(cells: readonly Status[]): string[] {
  const poor = cells
    .flatMap(({ components }) => Object.values(components))
    .filter(({ health }) => health !== 'operational')
    .sort((a, b) => Number(b.health === 'down') - Number(a.health === 'down'));
  return [...new Set(poor.map(({ message }) => message))];
}
