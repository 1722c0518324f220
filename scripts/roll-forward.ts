/**
 * After the database was set back: `npm run roll-forward -- --project <id> --region <region> --since <moment of the copy>` reads the locked
 * audit log, and says which documents are not as people decided since; `--write yes` mends them, as far as a log can say what is to be
 * written. For operators, while the door is closed and the jobs that go by the database rest: see docs/deploy.md. Repeating it changes
 * nothing. Exit code 0: all agrees, or does now; 1: something does not, or is left to people; 2: it could not look.
 */
import { z } from 'zod';
import type { Documents } from '../functions/cloud.ts';
import { systemClock, systemRandom } from '../functions/google/clock.ts';
import { silentLog } from '../functions/log.ts';
import type { RollForwardPorts } from '../functions/reconcile/correction.ts';
import { type AuditLine, auditLine } from '../functions/reconcile/deeds.ts';
import { rollForward } from '../functions/reconcile/roll-forward.ts';
import { readOptions, runCommand, Unusable } from '../local/command.ts';
import { DATABASE_OPTIONS, withDatabase } from './database.ts';
import { type Google, googleOf, refusalIn } from './google.ts';

const USAGE = `usage: npm run roll-forward -- --project <id> --region <of the audit log> --since <moment of the copy> [--write yes]
--since: as 2026-11-01T10:00:00Z; an earlier one does no harm. Without --write nothing is changed.
`;

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args, OPTIONS, USAGE);
  const { project, region, since, write, google: endpoint } = options;
  const isWhole = project !== undefined && region !== undefined && since !== undefined;
  if (!isWhole || (write !== undefined && write !== 'yes')) throw new Unusable(USAGE);
  const moment = INSTANT.safeParse(since).data;
  if (moment === undefined)
    throw new Unusable(`--since: "${since}" is no moment; it needs one as 2026-11-01T10:00:00Z`);
  const google = googleOf(project, endpoint);
  const { lines, unreadable } = await auditLines(google, `projects/${project}/locations/${region}`, moment);
  return withDatabase(options, 'It could not be rolled forward', (documents) =>
    tell(portsOf(google, project, documents), { lines, unreadable }, write === 'yes'),
  );
}

/** `google`: takes the requests to all other services of Google's; for tests. */
const OPTIONS = [...DATABASE_OPTIONS, 'region', 'since', 'write', 'google'] as const;
const INSTANT = z.iso.datetime({ offset: true });

interface Found {
  lines: readonly AuditLine[];
  /** Ids, in the log, of lines that this version does not understand. */
  unreadable: readonly string[];
}

/** @returns the exit code */
async function tell(ports: RollForwardPorts, { lines, unreadable }: Found, write: boolean): Promise<number> {
  process.stdout.write(`${lines.length} lines of the audit log.\n`);
  for (const id of unreadable) process.stdout.write(`line ${id}: not understood, look at it\n`);
  const corrections = await rollForward(ports, lines, write);
  for (const { path, says, unclear } of corrections) {
    if (says.length > 0) process.stdout.write(`${path}: ${says.join('; ')}\n`);
    for (const words of unclear) process.stdout.write(`${path}: for people: ${words}\n`);
  }
  const wrong = corrections.filter(({ says }) => says.length > 0).length;
  const open = corrections.reduce((sum, { unclear }) => sum + unclear.length, unreadable.length);
  process.stdout.write(sumOf(wrong, open, write));
  return open === 0 && (wrong === 0 || write) ? 0 : 1;
}

function sumOf(wrong: number, open: number, write: boolean): string {
  if (wrong + open === 0) return 'All agrees.\n';
  const mended = write
    ? `${wrong} were not as the log has it, and are now.\n`
    : 'Nothing was written: --write yes\n';
  return `${wrong > 0 ? mended : ''}${open > 0 ? `${open} for people to mend.\n` : ''}`;
}

const entry = z.object({
  insertId: z.string(),
  timestamp: z.string(),
  jsonPayload: z.object({ action: z.string() }).loose(),
});
const page = z.object({ entries: z.array(z.unknown()).default([]), nextPageToken: z.string().optional() });

/**
 * In their order. https://cloud.google.com/logging/docs/reference/v2/rest/v2/entries/list
 * @throws Unusable if the log does not answer
 */
async function auditLines(google: Google, location: string, since: string): Promise<Found> {
  const lines: AuditLine[] = [];
  const unreadable: string[] = [];
  for (let pageToken: string | undefined = ''; pageToken !== undefined; ) {
    const answer = await google.call('POST', 'https://logging.googleapis.com/v2/entries:list', {
      resourceNames: [`${location}/buckets/hub-audit/views/_AllLogs`],
      filter: `jsonPayload.message="audit" AND timestamp>="${since}"`,
      orderBy: 'timestamp asc',
      pageSize: 1000,
      ...(pageToken !== '' && { pageToken }),
    });
    if (answer.status !== 200) throw new Unusable(`The audit log cannot be read: ${refusalIn(answer)}`);
    const { entries, nextPageToken } = page.parse(answer.body);
    for (const one of entries) {
      const { insertId, timestamp, jsonPayload } = entry.parse(one);
      // What was refused changed nothing.
      if (jsonPayload.action === 'denied') continue;
      const line = auditLine.safeParse({ ...jsonPayload, at: timestamp });
      if (line.success) lines.push(line.data);
      else unreadable.push(insertId);
    }
    pageToken = nextPageToken || undefined;
  }
  return { lines, unreadable };
}

const portsOf = (google: Google, project: string, documents: Documents): RollForwardPorts => ({
  documents,
  clock: systemClock(1),
  random: systemRandom,
  log: silentLog,
  people: { find: (uid) => personOf(google, project, uid) },
});

const users = z.object({
  users: z
    .array(z.object({ email: z.string().optional(), emailVerified: z.boolean().default(false) }))
    .default([]),
});

/**
 * @returns undefined if there is none, or none any more
 * @throws Unusable if nobody says
 */
async function personOf(google: Google, project: string, uid: string) {
  const url = `https://identitytoolkit.googleapis.com/v1/projects/${project}/accounts:lookup`;
  const answer = await google.call('POST', url, { localId: [uid] });
  if (answer.status !== 200) throw new Unusable(`People cannot be looked up: ${refusalIn(answer)}`);
  const [user] = users.parse(answer.body).users;
  return (
    user && { emailVerified: user.emailVerified, ...(user.email !== undefined && { email: user.email }) }
  );
}

await runCommand(main);
process.exit();
