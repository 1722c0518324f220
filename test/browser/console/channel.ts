/** What Firestore's web channel brings to a page, read from the wire by the browser itself. */
import type { Page } from 'playwright-core';

interface Channel {
  /** How often the page was sent this document: what its owner pays for. */
  reads(path: string): number;
}

/** Begins with the streams that open after it: call it before the page is loaded. */
export async function watchChannel(page: Page): Promise<Channel> {
  const session = await page.context().newCDPSession(page);
  const streams = new Map<string, Buffer[]>();
  const keep = (requestId: string, data: string | undefined): void => {
    if (data) streams.get(requestId)?.push(Buffer.from(data, 'base64'));
  };
  session.on('Network.responseReceived', ({ requestId, response }) => {
    if (!response.url.includes('/Listen/channel')) return;
    streams.set(requestId, []);
    void session
      .send('Network.streamResourceContent', { requestId })
      .then(({ bufferedData }) => keep(requestId, bufferedData))
      // It was a short one, and is over.
      .catch(() => undefined);
  });
  session.on('Network.dataReceived', ({ requestId, data }) => keep(requestId, data));
  await session.send('Network.enable');
  return {
    reads(path) {
      const text = [...streams.values()].map((chunks) => Buffer.concat(chunks).toString()).join('\n');
      const changes = text.matchAll(
        /"documentChange"\s*:\s*\{\s*"document"\s*:\s*\{\s*"name"\s*:\s*"([^"]*)"/g,
      );
      return [...changes].filter(([, name]) => name?.endsWith(`/documents/${path}`)).length;
    },
  };
}
