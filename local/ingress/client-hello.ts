/**
 * Reads for which name a TLS client asks, before any certificate is chosen, and refuses in TLS's own words.
 * https://www.rfc-editor.org/rfc/rfc8446#section-4.1.2 · https://www.rfc-editor.org/rfc/rfc6066#section-3
 */

/** `undefined`: more is needed; `null`: this is no ClientHello. */
type Hello = { serverName: string | undefined } | null | undefined;

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const RECORD_HEAD_BYTES = 5;
const HANDSHAKE_HEAD_BYTES = 4;
/** Far beyond what clients send, post-quantum keys included. */
const MAX_HELLO_BYTES = 32 * 1024;

/** @param bytes all that came so far */
export function readHello(bytes: Buffer): Hello {
  const message = handshakeOf(bytes);
  if (!message) return message;
  try {
    return { serverName: serverNameOf(message) };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The handshake message, put together from the records that it is cut into. */
function handshakeOf(bytes: Buffer): Buffer | null | undefined {
  const parts: Buffer[] = [];
  let at = 0;
  let size = 0;
  while (at < bytes.length) {
    if (bytes[at] !== HANDSHAKE) return null;
    if (at + RECORD_HEAD_BYTES > bytes.length) return undefined;
    const end = at + RECORD_HEAD_BYTES + bytes.readUInt16BE(at + 3);
    parts.push(bytes.subarray(at + RECORD_HEAD_BYTES, end));
    size += parts.at(-1)?.length ?? 0;
    const whole = size >= HANDSHAKE_HEAD_BYTES ? Buffer.concat(parts) : undefined;
    if (whole) {
      if (whole[0] !== CLIENT_HELLO || whole.readUIntBE(1, 3) > MAX_HELLO_BYTES) return null;
      const wanted = HANDSHAKE_HEAD_BYTES + whole.readUIntBE(1, 3);
      if (whole.length >= wanted) return whole.subarray(HANDSHAKE_HEAD_BYTES, wanted);
    }
    at = end;
  }
  return bytes.length > MAX_HELLO_BYTES ? null : undefined;
}

/** @throws RangeError if it is cut off inside */
function serverNameOf(hello: Buffer): string | undefined {
  // Version and random, then the session id, the cipher suites, the compression methods.
  let at = 2 + 32;
  at += 1 + hello.readUInt8(at);
  at += 2 + hello.readUInt16BE(at);
  at += 1 + hello.readUInt8(at);
  if (at >= hello.length) return undefined;
  const end = at + 2 + hello.readUInt16BE(at);
  at += 2;
  while (at < end) {
    const type = hello.readUInt16BE(at);
    const length = hello.readUInt16BE(at + 2);
    // A list with one entry: its length, a type (host name), the name.
    if (type === SERVER_NAME) {
      const nameLength = hello.readUInt16BE(at + 7);
      return hello.toString('latin1', at + 9, at + 9 + nameLength).toLowerCase();
    }
    at += 4 + length;
  }
  return undefined;
}

const ALERT = 21;
const FATAL = 2;

export const ALERTS = { handshakeFailure: 40, unrecognizedName: 112 } as const;

export const alertRecord = (description: number): Buffer =>
  Buffer.from([ALERT, 3, 3, 0, 2, FATAL, description]);
