/** What Firestore says of a query whose index is there but not built yet. It has the code of one that is not there, so its words are all there is. */

/**
 * Composite indexes "currently building", those of a collection group's single field "not ready yet":
 * https://github.com/googleapis/google-cloud-go/pull/12328, https://github.com/gamedevpl/www.gamedev.pl/pull/282
 */
const UNBUILT = /\bindex is (currently building|not ready yet)\b/;

/** @param message of a FAILED_PRECONDITION */
export const isIndexUnbuilt = (message: string): boolean => UNBUILT.test(message);
