/** The port to a cluster as a browser sees it: by its name and a certificate that proves it. */

interface Page {
  status: number;
  text: string;
}

export interface Web {
  /**
   * One page, over a TLS connection whose certificate is verified and for that name. Follows no redirect.
   * @param host as in an address: with a port if it is not that of https
   * @throws AppError LEAF_UNAVAILABLE if the name, the connection, the certificate or the answer is not there (yet), with the reason
   */
  page(host: string, path: string): Promise<Page>;
}
