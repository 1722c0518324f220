/** Writes the files that are derived from code; `npm test` fails if one of them is stale. */
import { writeFileSync } from 'node:fs';
import { runCommand, takeNothing } from '../local/command.ts';
import { lifecycleDocument } from '../shared/lifecycle/derive.ts';
import { alertsDocument } from './alerts.ts';
import { apiTypes } from './openapi-types.ts';
import {
  alertsFile,
  chartsFile,
  dashboardFile,
  functionsFile,
  regionsFile,
  secretsFile,
} from './terraform.ts';

interface Generated {
  file: string;
  content(): string | Promise<string>;
}

export const GENERATED: readonly Generated[] = [
  { file: 'docs/lifecycle.md', content: lifecycleDocument },
  { file: 'docs/alerts.md', content: alertsDocument },
  { file: 'web/src/api/schema.d.ts', content: apiTypes },
  { file: 'terraform/generated/functions.json', content: functionsFile },
  { file: 'terraform/generated/secrets.json', content: secretsFile },
  { file: 'terraform/generated/regions.json', content: regionsFile },
  { file: 'terraform/generated/charts.json', content: chartsFile },
  { file: 'terraform/generated/alerts.json', content: alertsFile },
  { file: 'terraform/generated/dashboard.json', content: dashboardFile },
];

async function main(args: readonly string[]): Promise<void> {
  takeNothing(args, 'docs');
  for (const { file, content } of GENERATED)
    writeFileSync(new URL(`../${file}`, import.meta.url), await content());
}

if (import.meta.main) await runCommand(main);
