/** One's own way into a cluster, with one's own tools. */
import type { ClusterReply } from '../../shared/api/clusters.ts';
import { CLUSTER_ID } from '../../shared/documents/fields.ts';
import { askKubeconfig, clusterToken, execCredential } from '../access/credentials.ts';
import { asYaml, kubeconfigPath, mergeInto, requireNoOthers, withCommand } from '../access/kubeconfig.ts';
import {
  asJson,
  mergePachctl,
  type PachctlConfig,
  pachctlPath,
  requireNoOtherContexts,
} from '../access/pachctl-config.ts';
import type { Api } from '../api.ts';
import { type Commands, type CommonOptions, command, contextOf } from '../context.ts';
import { Failed } from '../failure.ts';
import { writeWanted } from '../files.ts';
import { findCluster } from '../find-cluster.ts';

export const accessCommands: Commands = (program, io) => {
  command(program, 'kubeconfig <cluster>', 'a kubeconfig, with which kubectl gets fresh tokens by itself')
    .option('--file <path>', 'write it there')
    .option(
      '--merge',
      'add it to that file, or without --file to the first of $KUBECONFIG or ~/.kube/config, and use it',
    )
    .action(async (called: string, options: CommonOptions & { file?: string; merge?: true }) => {
      const {
        hub,
        hubFiles: files,
        api,
        session,
        say,
        io: { out, self },
      } = contextOf(io, options);
      const config = await withId(api, called, async (id) =>
        withCommand(await askKubeconfig({ api, files, session }, id), id, hub, self),
      );
      const context = config['current-context'];
      const { file } = options;
      const use = `kubectl --kubeconfig ${file} get pods`;
      if (options.merge) {
        const path = file ?? kubeconfigPath(io);
        mergeInto(path, config);
        const end = file === undefined ? 'and kubectl uses it now.' : `which is used by: ${use}`;
        say(`${path} has the context ${context}, ${end}`);
      } else if (file !== undefined) {
        requireNoOthers(file, config, called);
        writeWanted(file, asYaml(config));
        say(`Use it: ${use}`);
      } else out.write(options.json ? `${JSON.stringify(config, null, 2)}\n` : asYaml(config));
    });

  command(program, 'token <cluster>', 'a token for kubectl, which calls this itself')
    .option('--anew', 'whatever is kept from an earlier call')
    .action(async (called: string, options: CommonOptions & { anew?: true }) => {
      const {
        hubFiles: files,
        api,
        session,
        io: { out },
      } = contextOf(io, options);
      const access = { api, files, session };
      const token = await withId(api, called, (id) => clusterToken(access, id, options.anew === true));
      out.write(`${JSON.stringify(execCredential(token))}\n`);
    });

  command(program, 'pachctl <cluster>', 'a configuration for pachctl, good for less than an hour')
    .option('--file <path>', 'write it there')
    .option(
      '--merge',
      'add it to that file, or without --file to $PACH_CONFIG or ~/.pachyderm/config.json, and use it',
    )
    .action(async (called: string, options: CommonOptions & { file?: string; merge?: true }) => {
      const {
        api,
        say,
        io: { out },
      } = contextOf(io, options);
      const query = { kind: 'pachctl' };
      const { body } = await withId(api, called, (id) =>
        api.ask<PachctlConfig>('GET /v1/clusters/{id}/credentials', { id, query }),
      );
      const { file } = options;
      const use = `PACH_CONFIG=${file} pachctl list repo`;
      if (options.merge) {
        const path = file ?? pachctlPath(io);
        mergePachctl(path, body);
        const end = file === undefined ? 'and pachctl uses it now.' : `which is used by: ${use}`;
        say(`${path} has the context ${body.v2.active_context}, ${end}`);
      } else if (file !== undefined) {
        requireNoOtherContexts(file, body, called);
        writeWanted(file, asJson(body));
        say(`Use it: ${use}`);
      } else out.write(asJson(body));
    });
};

/**
 * An id is taken as it is: kubectl waits for us. A name may look like one: only if there is no such cluster it is looked for, by its name.
 * @throws Failed
 */
async function withId<T>(api: Api, called: string, use: (id: ClusterReply['id']) => Promise<T>): Promise<T> {
  if (CLUSTER_ID.test(called))
    try {
      return await use(called);
    } catch (error) {
      if (!(error instanceof Failed && error.code === 'NOT_FOUND')) throw error;
    }
  return use((await findCluster(api, called)).id);
}
