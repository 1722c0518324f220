/** Reads request bodies, of which neither one nor all together may be too large. */
import type { IncomingMessage } from 'node:http';

export class BodyTooLarge extends Error {}
/** The client went away, or stopped, in the middle of its request. */
export class BodyCutOff extends Error {}

export type BodyReader = (request: IncomingMessage) => Promise<string>;

/**
 * @param maxBytes of one body
 * @param maxTotalBytes of all that are being read
 */
export function createBodyReader(maxBytes: number, maxTotalBytes: number): BodyReader {
  let totalBytes = 0;
  return (request) =>
    new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      const settle = (run: () => void): void => {
        totalBytes -= bytes;
        bytes = 0;
        request.removeAllListeners('data');
        run();
      };
      request.on('data', (part: Buffer) => {
        bytes += part.length;
        totalBytes += part.length;
        if (bytes <= maxBytes && totalBytes <= maxTotalBytes) {
          chunks.push(part);
          return;
        }
        // What is still coming is thrown away, so that the client can hear the answer.
        settle(() => reject(new BodyTooLarge()));
        request.resume();
      });
      request.on('end', () => settle(() => resolve(Buffer.concat(chunks).toString('utf8'))));
      request.on('error', () => settle(() => reject(new BodyCutOff())));
      request.on('close', () => settle(() => reject(new BodyCutOff())));
    });
}
