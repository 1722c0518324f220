/** What an application must say about itself to be offered by Hub. */

export interface ProductVersion {
  /** The application's version, which is also that of its chart. */
  version: string;
  default?: true;
  /** Offered only by an operator who has a licence for it. */
  needsLicense?: true;
}

/** What the values of a chart may depend on. */
export interface ValuesInput {
  clusterId: string;
  version: string;
  bucket: string;
}

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface Product {
  id: string;
  label: string;
  /** One sentence for the catalog. */
  description: string;
  /** Namespace and Helm release in the leaf. */
  namespace: string;
  release: string;
  /** Name of the chart in the operator's mirror. */
  chart: string;
  versions: readonly ProductVersion[];
  /** Values of the chart for one cluster. */
  values(input: ValuesInput): { [key: string]: Json };
  /** The Service through which the application is reached. */
  service: string;
  /** Addresses shown to the user, by name, once that Service has an address. */
  endpoints(address: string): Record<string, string>;
}
