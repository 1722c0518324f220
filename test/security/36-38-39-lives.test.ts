/** Whole lives of clusters, with the cheap inside. How every fault strikes them is the simulation's (test/simulation). */
import { account, deletion, gateway, handOver, lockFirst, unlocked } from './checks/life.ts';
import { promise } from './promise.ts';

promise('36', 'nobody is let in before the lock was tried and held', {
  check: lockFirst,
  in: ['life.ts', 'lockFirst'],
  broken: {
    'the lock is not tried': {
      file: 'functions/steps/secure.ts',
      from: 'const applied = await applyMembers(site, (at, changes) => accessOf(at).secure(at, changes));',
      to: "const applied = 'applied' as 'applied' | 'renewing';",
      finds: /^it was exposed$/,
    },
    'an installed application is exposed at once': {
      file: 'shared/lifecycle/table.ts',
      from: "success: 'securing'",
      to: "success: 'exposing'",
      finds: /^it was exposed$/,
    },
  },
});

promise('36', 'what pachd tells strangers gets through no gateway', {
  check: gateway,
  in: ['life.ts', 'gateway'],
  broken: {
    'a service that nobody needs is open': {
      file: 'shared/catalog/pachyderm.ts',
      from: "...['admin_v2.API', ",
      to: "...['proxy.API', 'admin_v2.API', ",
      finds: /LOCK_FAILED .* proxy\.API\/Listen answers strangers/,
    },
    'a sign-in can be begun': {
      file: 'shared/catalog/pachyderm.ts',
      from: "...['Authenticate', 'Authorize', ",
      to: "...['GetOIDCLogin', 'Authenticate', 'Authorize', ",
      finds: /LOCK_FAILED .* auth_v2\.API\/GetOIDCLogin (answers|gets)/,
    },
    'the licence can be asked for': {
      file: 'shared/catalog/pachyderm.ts',
      from: "'DeleteAll', 'DeleteCluster', 'ListClusters'],",
      to: "'DeleteAll', 'DeleteCluster', 'GetActivationCode', 'ListClusters'],",
      finds: /LOCK_FAILED .*license_v2\.API\/GetActivationCode (answers|gets)/,
    },
    'the licence can be asked for by another name': {
      file: 'shared/catalog/pachyderm.ts',
      from: "'Activate', 'Deactivate', 'GetState',",
      to: "'Activate', 'Deactivate', 'GetActivationCode', 'GetState',",
      finds: /LOCK_FAILED .*enterprise_v2\.API\/GetActivationCode (answers|gets)/,
    },
    'an owner can end all sign-in': {
      file: 'shared/catalog/pachyderm.ts',
      from: "...['Authenticate', 'Authorize', 'Delete",
      to: "...['Deactivate', 'Authenticate', 'Authorize', 'Delete",
      finds: /LOCK_FAILED [^/]* \/api\/auth_v2\.API\/Deactivate answers HTTP /,
    },
    'an owner can have others sign people in': {
      file: 'shared/catalog/pachyderm.ts',
      from: "...['GetIDPConnector', ",
      to: "...['CreateIDPConnector', 'GetIDPConnector', ",
      finds: /LOCK_FAILED [^/]* \/api\/identity_v2\.API\/CreateIDPConnector answers HTTP /,
    },
    'all of gRPC comes through': {
      file: 'shared/catalog/pachyderm.ts',
      from: '{ matches: [{ header: GRPC }], refusal: NOT_OPEN },',
      to: "{ matches: [{ header: GRPC }], service: 'pachd-proxy-backend', port: 1650 },",
      finds: /LOCK_FAILED .* proxy\.API\/Listen answers strangers/,
    },
    'all of it comes through as JSON': {
      file: 'shared/catalog/pachyderm.ts',
      from: "{ matches: [{ pathPrefix: '/api/' }], refusal: NOT_OPEN },",
      to: "{ matches: [{ pathPrefix: '/api/' }], service: 'pachd-proxy-backend', port: 1659 },",
      finds: /LOCK_FAILED [^/]* \/api\/proxy\.API\/Listen answers HTTP /,
    },
    'a sign-in can be ended': {
      file: 'shared/catalog/pachyderm.ts',
      from: "{ matches: [{ pathPrefix: '/authorization-code/' }], refusal: NOT_OPEN },",
      to: "{ matches: [{ pathPrefix: '/authorization-code/' }], service: 'pachd-proxy-backend', port: 1657 },",
      finds: /LOCK_FAILED [^/]* \/authorization-code\/callback answers HTTP /,
    },
    'nobody tries': {
      file: 'functions/access/pachyderm.ts',
      from: 'leak = await pachyderm.findLeak();',
      to: 'leak = undefined;',
      finds: /^nobody saw it$/,
    },
    'it is left open': {
      file: 'functions/access/expose.ts',
      from: "throw new AppError('LOCK_FAILED', leak);",
      to: 'return leak;',
      finds: /^a gateway that goes on leaking is open$/,
    },
    'what leads to a cluster is compared with nothing': {
      file: 'functions/access/drift.ts',
      from: '  if (await isExposed(site)) return undefined;\n',
      to: '  if (site) return undefined;\n',
      finds: /^routes stay as somebody left them$/,
    },
  },
});

promise('36', 'what asks nobody any more who they are is closed, and asks again', {
  check: unlocked,
  in: ['life.ts', 'unlocked'],
  broken: {
    'it is not started anew': {
      file: 'functions/steps/repair.ts',
      from: "(await startAnew(site))) return 'starting';",
      to: "!startAnew) return 'starting';",
      finds: /^it stays shut: /,
    },
    'it is open until it has started': {
      file: 'functions/steps/anew.ts',
      from: 'restart(site, () => ensureClosed(site))',
      to: 'restart(site, async () => void ensureClosed)',
      finds: /^strangers are let in while it starts$/,
    },
    'it is believed to be new already': {
      file: 'functions/steps/anew.ts',
      from: "(Date.parse(instant ?? '') || 0) < cluster.since.getTime();",
      to: "(Date.parse(instant ?? '') || 0) > cluster.since.getTime();",
      finds: /^it stays shut: /,
    },
  },
});

promise('38', 'of a deleted cluster nothing is left, and what names people has a date on which it goes', {
  check: deletion,
  in: ['life.ts', 'deletion'],
  broken: {
    'the timeline stays': {
      file: 'functions/steps/prove.ts',
      from: 'also: [...(result.also ?? []), ...writes] };',
      to: 'also: writes.length > 0 ? (result.also ?? []) : [] };',
      finds: /^clusters\/\S+\/events\/\d+ names people and stays for ever$/,
    },
    'the document stays': {
      file: 'shared/lifecycle/transition.ts',
      from: 'purgeAt: isFinal(to) ? new Date(at.now + KEEP_DELETED_MS) : undefined',
      to: 'purgeAt: undefined',
      finds: /^clusters\/[a-z2-7]+ names people and stays for ever$/,
    },
    'addresses are audited': {
      file: 'functions/dispatch/commands.ts',
      from: 'const deed = { actor, action: action ?? cause, ',
      to: "const deed = { actor: actor + '@example.com', action: action ?? cause, ",
      finds: /^audit\/\S+ holds an address$/,
    },
    'nothing is signed': {
      file: 'functions/dispatch/commit.ts',
      from: 'const isEnd = isFinal(fields.state);',
      to: 'const isEnd = false;',
      finds: /^there is no proof$/,
    },
  },
});

promise('38', 'of a deleted account nothing is left but a uid in the audit log', {
  check: account,
  in: ['life.ts', 'account'],
  broken: {
    'timelines keep who did it': {
      file: 'functions/closing/erase.ts',
      from: 'data: { actor: DELETED_ACCOUNT },',
      to: 'data: { actor: uid },',
      finds: /^clusters\/\S+\/events\/\d+ holds .*"actor":"canary-leaver"/,
    },
    'timelines keep an address': {
      file: 'functions/closing/erase.ts',
      from: "data: { message: 'Who may use it was changed.', subject: undefined },",
      to: 'data: { subject: undefined },',
      finds: /^clusters\/\S+\/events\/\d+ holds .*"message":"canary-leaver@/,
    },
    'nobody remembers whom a timeline speaks of': {
      file: 'shared/lifecycle/transition.ts',
      from: '    ...(subject === undefined ? {} : { subject }),\n',
      to: '',
      finds: /^clusters\/\S+\/events\/\d+ holds .*"message":"canary-leaver@/,
    },
    'who invites stays on what they sent': {
      file: 'functions/closing/erase.ts',
      from: "  await each(ports, { collection: INVITATIONS, where: [is('invitedBy')] }, gone);\n",
      to: '',
      finds: /^invitations\/\S+ holds .*"invitedBy":"canary-leaver"/,
    },
    'a signal stays': {
      file: 'functions/closing/erase.ts',
      from: "  await each(ports, { collection: SIGNALS, where: [is('account')] }, gone);\n",
      to: '',
      finds: /^signals\/busy-canary holds .*"account":"canary-leaver"/,
    },
    'others keep the address': {
      file: 'functions/closing/plan.ts',
      from: '    emails: without(cluster.emails, uid),\n',
      to: '    emails: cluster.emails,\n',
      finds: /^clusters\/[a-z2-7]+ holds .*"emails":\{[^}]*canary-leaver@/,
    },
    'a deleted cluster keeps its name': {
      file: 'functions/closing/plan.ts',
      from: "owner: undefined, name: 'deleted', hand",
      to: 'owner: undefined, hand',
      finds: /^clusters\/[a-z2-7]+ holds .*"name":"canary-display-name"/,
    },
    'the user stays': {
      file: 'functions/closing/close.ts',
      from: '    await ports.people.ensureGone(uid);\n',
      to: '',
      finds: /^the user is there yet$/,
    },
    'the message names them': {
      file: 'functions/closing/request.ts',
      from: 'await wake(ports, TOPICS.closing);',
      to: 'await wake(ports, TOPICS.closing, { uid } as object);',
      finds: /^deadLetters\/\S+ holds .*"topic":"closing".*canary-leaver/,
    },
    'the log names them': {
      file: 'functions/closing/close.ts',
      from: 'audited(ports, deed));\n  return true;',
      to: "audited(ports, deed));\n  ports.log.info('account deleted', { resource: path });\n  return true;",
      finds: /^the log says .*accounts\/canary-leaver/,
    },
    'the audit log keeps the address of a reason': {
      file: 'functions/audit.ts',
      from: 'reason: scrub(reason)',
      to: 'reason',
      finds: /^audit\/\S+ holds .*"reason":"canary-leaver@/,
    },
    'there is no evidence': {
      file: 'functions/closing/close.ts',
      from: "commitAudited(ports, [{ op: 'delete', path, ifVersion: version }], audited(ports, deed));",
      to: "ports.documents.commit([{ op: 'delete', path, ifVersion: version }]);",
      finds: /^there is no evidence$/,
    },
  },
});

promise('16, 39', 'a spare goes to one, and knows of nobody before', {
  check: handOver,
  in: ['life.ts', 'handOver'],
  broken: {
    'the installer keeps its rights': {
      file: 'functions/leaf/install.ts',
      from: '  if (ended) await revoke(leaf, plan);\n',
      to: '',
      finds: /^the installer of \S+ keeps all rights$/,
    },
    'a claim has no condition': {
      file: 'functions/dispatch/commands.ts',
      from: '  const writes = [...writesOf(read, next, {}, ports), ...also, ...writesOfEntry(entry)];\n',
      to: '  const writes = [...writesOf(read, next, {}, ports), ...also].map(({ ifVersion: _, ...write }: any) => (write.op === "create" ? { ...write, op: "set" } : write));\n',
      finds: /^some were handed over twice: /,
    },
    'who made it stays a member': {
      file: 'functions/pool/claim.ts',
      from: '  readers: [owner],\n',
      to: "  readers: [owner, 'pool'],\n",
      finds: /^\S+ has others in it$/,
    },
  },
});
