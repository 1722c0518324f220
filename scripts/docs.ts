/** Writes the files that are derived from code; `npm test` fails if one of them is stale. */
import { writeFileSync } from 'node:fs';
import { lifecycleDocument } from '../shared/lifecycle/derive.ts';
import { alertsDocument } from './alerts.ts';
import { apiTypes } from './openapi-types.ts';

interface Generated {
  file: string;
  content(): string | Promise<string>;
}

export const GENERATED: readonly Generated[] = [
  { file: 'docs/lifecycle.md', content: lifecycleDocument },
  { file: 'docs/alerts.md', content: alertsDocument },
  { file: 'web/src/api/schema.d.ts', content: apiTypes },
];

if (import.meta.main) {
  for (const { file, content } of GENERATED)
    writeFileSync(new URL(`../${file}`, import.meta.url), await content());
}
