/** What a cluster keeps, as the embedded cloud says once the product has made it: whose key it is encrypted with. */
import { keyIn } from '../../../functions/data-key.ts';
import { runHub } from '../../running-hub.ts';
import { findings } from './findings.ts';

/** 31: where the operator has a key, every disk and bucket of a cluster is encrypted with that of its region. */
export async function encryption(): Promise<string[]> {
  const wrong = findings();
  const hub = runHub();
  const id = await hub.created();
  const key = keyIn(hub.ports.settings.dataEncryptionKey ?? '', (await hub.cluster(id)).spec.region);
  const disks = hub.compute.all().filter(({ kind }) => kind === 'disk');
  for (const name of ['gke-', 'pvc-'])
    if (!disks.some((disk) => disk.name.startsWith(name))) wrong.push(`there is no disk ${name}*`);
  for (const { name, kmsKeyName } of disks)
    if (kmsKeyName !== key) wrong.push(`${name} is encrypted with ${kmsKeyName ?? 'a key of Google’s own'}`);
  const { items } = hub.storage.listBuckets();
  if (items.length === 0) wrong.push('there is no bucket');
  for (const { name, kmsKeyName } of items)
    if (kmsKeyName !== key) wrong.push(`${name} is encrypted with ${kmsKeyName ?? 'a key of Google’s own'}`);
  return wrong;
}
