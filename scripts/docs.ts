/** Writes the documents that are derived from code; `npm test` fails if one of them is stale. */
import { writeFileSync } from 'node:fs';
import { lifecycleDocument } from '../shared/lifecycle/derive.ts';

export const GENERATED = [{ file: 'docs/lifecycle.md', content: lifecycleDocument }];

if (import.meta.main) {
  for (const { file, content } of GENERATED) writeFileSync(new URL(`../${file}`, import.meta.url), content());
}
