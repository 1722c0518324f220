/**
 * How people come into an application, one way per kind of product: what has to be there before it is installed, how it is locked and
 * that is proven, how its members are told to it, and how it looks from outside. The steps know no more of a product than this.
 */
import type { Product } from '../../shared/catalog/product.ts';
import type { KubeObject } from '../leaf/leaf.ts';
import { pachydermAccess } from './pachyderm.ts';
import { publicAccess } from './public.ts';
import type { Site } from './site.ts';

/** What has become of a cluster's members since its application was told of them. */
export interface Changes {
  /** Addresses that nobody has any more. */
  left: readonly string[];
  /** Addresses that nobody had. */
  came: readonly string[];
  /** Somebody is an owner no more, who could make keys for anybody while they were one. */
  ownerLeft: boolean;
}

/** All are safe to repeat. */
export interface Access {
  /** Secrets that the installation needs and that no value of a chart may hold. @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED */
  prepare(site: Site): Promise<void>;
  /**
   * Has Hub's provider know it by the secret that the leaf holds, should it not: what Hub remembered may be lost, or of another hand.
   * @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED
   */
  register(site: Site): Promise<void>;
  /**
   * Locks it to its members as `admit` does, and proves from outside of it that it is locked, before anybody can reach it.
   * @throws AppError LOCK_FAILED, LEAF_UNAVAILABLE, PRODUCT_REFUSED, PERMISSION_DENIED
   */
  secure(site: Site, changes: Changes): Promise<void>;
  /** Proves it once more, and changes nothing. @throws AppError as `secure` */
  verify(site: Site): Promise<void>;
  /**
   * Brings its members to those of the document, for now and for its next start, and ends the sessions of who has left; after an owner left, everybody's.
   * @throws AppError LEAF_UNAVAILABLE, PRODUCT_REFUSED, PERMISSION_DENIED
   */
  admit(site: Site, changes: Changes): Promise<void>;
  /** The pods that have its keys: after an owner left, none of those that ran then may run on. @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED */
  keepers(site: Site): Promise<KubeObject[]>;
  /** Whether its next start will know its members as `admit` left them. @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED */
  remembers(site: Site): Promise<boolean>;
  /**
   * Whether it started with something that Hub has another of by now: a licence, which is renewed.
   * @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED
   */
  isOutdated(site: Site): Promise<boolean>;
  /** Writes down that it is not any more: `prepare` has put there what Hub has, and it has started since. @throws AppError as `isOutdated` */
  noteStarted(site: Site): Promise<void>;
  /**
   * That it answers by its name, and lets no stranger in.
   * @returns what its gateway lets through that it must not, if there is something: it may be that it has not been told yet
   * @throws AppError LOCK_FAILED, LEAF_UNAVAILABLE, PRODUCT_REFUSED
   */
  visit(site: Site): Promise<string | undefined>;
}

const ACCESS: Readonly<Record<Product['access'], Access>> = {
  pachyderm: pachydermAccess,
  public: publicAccess,
};

export const accessOf = ({ product }: Pick<Site, 'product'>): Access => ACCESS[product.access];
