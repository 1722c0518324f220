/** A cluster with all that it keeps. That the request for a bucket names the key over the wire, too, is said in test/contract. */
import { encryption } from './checks/encryption.ts';
import { promise } from './promise.ts';

promise('31', 'what a cluster keeps is encrypted with the operator’s key, where there is one', {
  check: encryption,
  in: ['encryption.ts', 'encryption'],
  broken: {
    'disks of nodes are not': {
      file: 'functions/providers/gke/request.ts',
      from: '      ...(diskKey !== undefined && { bootDiskKmsKey: diskKey }),\n',
      to: '',
      finds: /^gke-\S+ is encrypted with a key of Google’s own$/,
    },
    'volumes have a class without a key': {
      file: 'functions/leaf/plan.ts',
      from: "...(key !== undefined && { 'disk-encryption-kms-key': key }),",
      to: "...(key === '' && { 'disk-encryption-kms-key': key }),",
      finds: /^pvc-\S+ is encrypted with a key of Google’s own$/,
    },
    'the key is not told to the installer': {
      file: 'functions/access/installation.ts',
      from: 'dataEncryptionKey !== undefined && {',
      to: 'dataEncryptionKey === undefined && {',
      finds: /^pvc-\S+ is encrypted with a key of Google’s own$/,
    },
  },
});
