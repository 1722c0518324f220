/** Lists that come in pages, each with the token of the next one: ours and Google's. */

interface Page {
  /** Not there, or empty, in the last one. */
  nextPageToken?: string | undefined;
}

/**
 * A page is asked for when the one before it is dealt with.
 * @param ask without a token for the first one
 */
export async function* pagesOf<P extends Page>(
  ask: (pageToken: string | undefined) => Promise<P>,
): AsyncGenerator<P, void> {
  let pageToken: string | undefined;
  do {
    const page = await ask(pageToken);
    yield page;
    pageToken = page.nextPageToken;
  } while (pageToken);
}
