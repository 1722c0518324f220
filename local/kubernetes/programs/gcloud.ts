/** `gcloud pubsub topics publish <topic> --project=<project> --message=<text>`: publishes for real. */
import type { Program } from '../containers.ts';
import { GCLOUD_MS } from '../durations.ts';

const FLAGS = new Set(['--project', '--message', '--quiet', '-q', '--verbosity']);

export const gcloud: Program = ({ argv, elapsedMs, stopping, leaf, log }) => {
  if (stopping) return { exit: 143 };
  if (elapsedMs < GCLOUD_MS) return { againMs: GCLOUD_MS - elapsedMs };
  const refuse = (message: string): { exit: number } => {
    log(`ERROR: (gcloud.pubsub.topics.publish) ${message}`);
    return { exit: 2 };
  };
  if (argv.slice(1, 4).join(' ') !== 'pubsub topics publish') {
    log(`ERROR: (gcloud) Invalid choice: '${argv.slice(1, 4).join(' ')}'.`);
    return { exit: 2 };
  }
  const flags = new Map<string, string>();
  const names: string[] = [];
  for (let i = 4; i < argv.length; i++) {
    const [flag = '', ...value] = (argv[i] ?? '').split('=');
    if (!flag.startsWith('-')) names.push(argv[i] ?? '');
    else if (!FLAGS.has(flag)) return refuse(`unrecognized arguments: ${argv[i]}`);
    else if (flag === '--quiet' || flag === '-q') flags.set(flag, 'true');
    else flags.set(flag, value.length > 0 ? value.join('=') : (argv[++i] ?? ''));
  }
  const [topic] = names;
  if (names.length !== 1 || !topic) return refuse('argument TOPIC: Must be specified.');
  const message = flags.get('--message');
  if (message === undefined) {
    return refuse(
      'You cannot send an empty message. You must specify either a MESSAGE, one or more ATTRIBUTE, or both.',
    );
  }
  const project = flags.get('--project');
  const path = /^projects\/([^/]+)\/topics\/([^/]+)$/.exec(topic);
  if ((path?.[1] ?? project) !== leaf.world.projectId) {
    return refuse(
      `NOT_FOUND: Requested project not found or user does not have access to it (project=${path?.[1] ?? project ?? ''}).`,
    );
  }
  leaf.edges.publish(path?.[2] ?? topic, message);
  log(`messageIds:\n- '${Math.floor(leaf.world.random.fraction() * 2 ** 53)}'`);
  return { exit: 0 };
};
