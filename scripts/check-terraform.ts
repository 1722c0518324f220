/**
 * `npm run test:terraform`: has HashiCorp's own tool look at `terraform/`, where there is one: format, validation, and its tests with
 * providers that are mocked. It fetches the providers for that. What can be known without is in `test/terraform`, and in `npm test`.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../terraform', import.meta.url));
const run = (tool: string, ...args: string[]): number =>
  spawnSync(tool, args, { cwd: root, stdio: 'inherit', env: { ...process.env, CHECKPOINT_DISABLE: '1' } })
    .status ?? 1;

const tool = ['tofu', 'terraform'].find((name) => spawnSync(name, ['version']).status === 0);
if (tool === undefined) {
  process.stdout.write(
    'Neither tofu nor terraform is here, so nothing was validated. What needs neither is checked by: npm run unit -- test/terraform\n',
  );
} else if (run(tool, 'fmt', '-check', '-diff', '-recursive') !== 0) {
  process.stderr.write(`Not formatted: ${tool} fmt -recursive terraform\n`);
  process.exitCode = 1;
} else if (run(tool, 'init', '-backend=false', '-input=false') !== 0) {
  process.stderr.write('The providers could not be fetched, so nothing but the format was looked at.\n');
  process.exitCode = 1;
} else {
  process.exitCode = run(tool, 'validate') || run(tool, 'test');
}
