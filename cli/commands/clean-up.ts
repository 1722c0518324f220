/** The certificate that nothing is left of a cluster. */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { CleanUpReply } from '../../shared/api/clean-up.ts';
import { cleanUpChecks } from '../../shared/clean-up-check.ts';
import { cleanUpReport } from '../../shared/clean-up-report.ts';
import { type Commands, type CommonOptions, command, contextOf } from '../context.ts';
import { Failed, WrongUsage } from '../failure.ts';
import { writeWanted } from '../files.ts';
import { findCluster } from '../find-cluster.ts';

const { checkCleanUp, readCleanUpKeys } = cleanUpChecks({
  thumbprintOf: ({ crv, kty, x }) =>
    createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url'),
  isSignedBy: ({ kty, crv, x }, text, signature) =>
    verify(null, Buffer.from(text), createPublicKey({ key: { kty, crv, x }, format: 'jwk' }), signature),
});

interface CleanUpOptions extends CommonOptions {
  file?: string;
  verify?: true;
  keys?: string;
}

export const cleanUpCommands: Commands = (program, io) => {
  command(program, 'cleanup <cluster>', 'the signed certificate that nothing is left of a deleted cluster')
    .option('--file <path>', 'write it there')
    .option('--verify', 'check it with the keys of the Hub')
    .option('--keys <path>', 'check it with keys that were kept: hub keys > keys.json')
    .action(async (called: string, options: CleanUpOptions) => {
      const {
        api,
        anonymous,
        say,
        io: { out },
      } = contextOf(io, options);
      // Keys that cannot be read are no reason to ask for anything.
      const kept = options.keys === undefined ? undefined : keysIn(readKeys(options.keys));
      const { id } = await findCluster(api, called, 'deleted first');
      const { body } = await api.ask<CleanUpReply>('GET /v1/clusters/{id}/cleanup', { id });
      const text = `${JSON.stringify(body, null, 2)}\n`;
      if (options.file !== undefined) {
        writeWanted(options.file, text);
        say(`The certificate is in ${options.file}.`);
      }
      const isChecked = options.verify === true || kept !== undefined;
      if (options.file === undefined && (!isChecked || options.json)) out.write(text);
      if (!isChecked) return;
      const verdict = checkCleanUp(body, kept ?? keysIn((await anonymous.ask('GET /v1/keys')).body));
      if (!verdict.holds) throw new Failed(cleanUpReport(verdict).trimEnd());
      if (options.json) say(cleanUpReport(verdict));
      else out.write(cleanUpReport(verdict));
    });
};

function readKeys(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new WrongUsage(`${path} cannot be read as keys: ${(error as Error).message}`);
  }
}

function keysIn(set: unknown): ReturnType<typeof readCleanUpKeys> {
  try {
    return readCleanUpKeys(set);
  } catch (error) {
    throw new WrongUsage(`these are not keys as a Hub answers them at /v1/keys: ${(error as Error).message}`);
  }
}
