/** The descriptors of Firestore's v1 API, as the client package ships them. */
import { loadProtos } from '../grpc.ts';

export const FIRESTORE_SERVICE = 'google.firestore.v1.Firestore';

/**
 * `@google-cloud/firestore` ships them itself; the wire client underneath (`@google-cloud/firestore-api`) has the same messages,
 * five times the size with the admin API. Neither has `Write.verify`, which the web client's transactions send:
 * https://github.com/firebase/firebase-js-sdk/blob/main/packages/firestore/src/protos/google/firestore/v1/write.proto
 */
export const firestoreProtos = () =>
  loadProtos('@google-cloud/firestore', 'build/protos/v1.json', (json) => {
    const write = json.nested.google.nested.firestore.nested.v1.nested.Write;
    if (write.fields.verify) return;
    write.fields.verify = { type: 'string', id: 5 };
    write.oneofs.operation.oneof.push('verify');
  });
