/** The part of a cluster's creation that is the cloud's own: what no control plane can be faster than. */
import type { MemoryHub } from '../local/memory/hub.ts';
import { TOPICS } from '../shared/messages.ts';

export interface CloudTime {
  /**
   * ms of virtual time that the cloud took for the first generation of this cluster: from the call that asked for it to the audit log's
   * word that it is there, and from the installer's Job to the leaf's call home.
   */
  chainMs(clusterId: string): number;
}

/** Listens to what the cloud is asked and what it says. To be called before anything happens. */
export function watchCloud(hub: MemoryHub): CloudTime {
  const jobs = new Map<string, number>();
  const words: { atMs: number; text: string }[] = [];
  const { publish } = hub.messages;
  hub.messages.publish = (topic, body) => {
    if (topic === TOPICS.hint) words.push({ atMs: hub.clock.now(), text: JSON.stringify(body) });
    return publish(topic, body);
  };
  const { leaves } = hub.ports;
  hub.ports.leaves = {
    open(connection) {
      const leaf = leaves.open(connection);
      return {
        ...leaf,
        apply(object) {
          const name = /hub-[a-z2-7]+-g\d+/.exec(connection.server)?.[0] ?? '';
          if (object.kind === 'Job' && !jobs.has(name)) jobs.set(name, hub.clock.now());
          return leaf.apply(object);
        },
      };
    },
  };
  const wordAbout = (...parts: string[]): number => {
    const word = words.find(({ text }) => parts.every((part) => text.includes(part)));
    if (!word) throw new Error(`the cloud never spoke of ${parts.join(' ')}`);
    return word.atMs;
  };
  return {
    chainMs(id) {
      const name = `hub-${id}-g1`;
      const operation = hub.container
        .listOperations('-')
        .find(
          ({ operationType, targetLink }) => operationType === 'CREATE_CLUSTER' && targetLink.endsWith(name),
        );
      const jobAtMs = jobs.get(name);
      if (!operation || jobAtMs === undefined) throw new Error(`${name} was never made`);
      const createdMs = wordAbout(name, 'CreateCluster', '"last":true') - Date.parse(operation.startTime);
      return createdMs + wordAbout(`"cluster":"${id}"`) - jobAtMs;
    },
  };
}
