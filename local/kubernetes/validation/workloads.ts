/** Deployments, ReplicaSets, StatefulSets, DaemonSets, Jobs, CronJobs, and what watches over them. */
import { Cron } from 'croner';
import type { Fault } from '../errors.ts';
import { fault, invalidValue, notSupported, required } from '../faults.ts';
import type { Fields } from '../objects.ts';
import { selects } from '../selectors.ts';
import { annotationFaults, labelFaults } from './names.ts';
import { podSpecFaults } from './pods.ts';
import { atLeast, choiceFaults, selectorFaults, shareFaults } from './values.ts';

function templateFaults(template: Fields, path: string, claims: readonly Fields[] = []): Fault[] {
  return [
    ...labelFaults(`${path}.metadata.labels`, template.metadata?.labels),
    ...annotationFaults(`${path}.metadata.annotations`, template.metadata?.annotations),
    ...podSpecFaults(template.spec ?? {}, `${path}.spec`, claims),
  ];
}

/** @param kind in lower case, as messages name it */
export function workloadFaults(kind: string, spec: Fields): Fault[] {
  const template: Fields = spec.template ?? {};
  const faults = [
    ...atLeast('spec.replicas', spec.replicas, 0),
    ...atLeast('spec.minReadySeconds', spec.minReadySeconds, 0),
    ...atLeast('spec.revisionHistoryLimit', spec.revisionHistoryLimit, 0),
    ...updateFaults(spec),
    ...templateFaults(template, 'spec.template', spec.volumeClaimTemplates ?? []),
  ];
  if (template.spec?.restartPolicy !== 'Always') {
    faults.push(notSupported('spec.template.spec.restartPolicy', template.spec?.restartPolicy, ['Always']));
  }
  const { selector } = spec;
  if (!selector) return [required('spec.selector'), ...faults];
  const selectorWrong = selectorFaults('spec.selector', selector);
  const empty = !Object.keys(selector.matchLabels ?? {}).length && !selector.matchExpressions?.length;
  if (empty)
    selectorWrong.push(invalidValue('spec.selector', selector, `empty selector is invalid for ${kind}`));
  else if (selectorWrong.length === 0 && !selects(selector, template.metadata?.labels)) {
    const labels = template.metadata?.labels ?? {};
    const why = '`selector` does not match template `labels`';
    selectorWrong.push(invalidValue('spec.template.metadata.labels', labels, why));
  }
  return [...selectorWrong, ...faults];
}

function updateFaults({ strategy, updateStrategy }: Fields): Fault[] {
  const field = strategy ? 'spec.strategy' : 'spec.updateStrategy';
  const how: Fields = strategy ?? updateStrategy ?? {};
  const choices = strategy ? ['Recreate', 'RollingUpdate'] : ['OnDelete', 'RollingUpdate'];
  const { maxUnavailable, maxSurge } = how.rollingUpdate ?? {};
  const faults = [
    ...choiceFaults(`${field}.type`, how.type, choices),
    ...shareFaults(`${field}.rollingUpdate.maxUnavailable`, maxUnavailable),
    ...shareFaults(`${field}.rollingUpdate.maxSurge`, maxSurge),
  ];
  if (strategy && how.type === 'Recreate' && how.rollingUpdate) {
    const why = "may not be specified when strategy `type` is 'Recreate'";
    faults.push(fault(`${field}.rollingUpdate`, `Forbidden: ${why}`, 'FieldValueForbidden'));
  }
  const isNone = (share: unknown): boolean => share === 0 || share === '0%';
  if (strategy && isNone(maxUnavailable) && isNone(maxSurge)) {
    faults.push(
      invalidValue(
        `${field}.rollingUpdate.maxUnavailable`,
        maxUnavailable,
        'may not be 0 when `maxSurge` is 0',
      ),
    );
  }
  return faults;
}

export function jobFaults(spec: Fields, path = 'spec'): Fault[] {
  const policy: unknown = spec.template?.spec?.restartPolicy;
  const field = `${path}.template.spec.restartPolicy`;
  const faults = [
    ...templateFaults(spec.template ?? {}, `${path}.template`),
    ...[
      'parallelism',
      'completions',
      'backoffLimit',
      'activeDeadlineSeconds',
      'ttlSecondsAfterFinished',
    ].flatMap((name) => atLeast(`${path}.${name}`, spec[name], 0)),
    ...choiceFaults(`${path}.completionMode`, spec.completionMode, ['Indexed', 'NonIndexed']),
  ];
  if (policy === 'Always' || policy === undefined) {
    faults.push(required(field, 'valid values: "OnFailure", "Never"'));
  } else faults.push(...choiceFaults(field, policy, ['OnFailure', 'Never']));
  if (spec.completionMode === 'Indexed' && spec.completions === undefined) {
    faults.push(required(`${path}.completions`, 'when completion mode is Indexed'));
  }
  return faults;
}

/** What a CronJob's name leaves for its Jobs' suffix. */
const MAX_CRONJOB_NAME_LENGTH = 52;

export function cronJobFaults(name: string, spec: Fields): Fault[] {
  const faults = [
    ...choiceFaults('spec.concurrencyPolicy', spec.concurrencyPolicy, ['Allow', 'Forbid', 'Replace']),
    ...['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'].flatMap((one) =>
      atLeast(`spec.${one}`, spec[one], 0),
    ),
    ...jobFaults(spec.jobTemplate?.spec ?? {}, 'spec.jobTemplate.spec'),
  ];
  if (name.length > MAX_CRONJOB_NAME_LENGTH) {
    faults.push(
      invalidValue('metadata.name', name, `must be no more than ${MAX_CRONJOB_NAME_LENGTH} characters`),
    );
  }
  if (!spec.schedule) faults.push(required('spec.schedule'));
  else {
    const wrong = scheduleFault(String(spec.schedule));
    if (wrong !== undefined) faults.push(invalidValue('spec.schedule', spec.schedule, wrong));
  }
  if (spec.timeZone !== undefined && !isTimeZone(spec.timeZone)) {
    faults.push(invalidValue('spec.timeZone', spec.timeZone, `unknown time zone ${spec.timeZone}`));
  }
  return faults;
}

/** Why it is no schedule of cron; undefined if it is one. */
function scheduleFault(schedule: string): string | undefined {
  const fields = schedule.trim().split(/\s+/);
  if (!schedule.startsWith('@') && fields.length !== 5) {
    return `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`;
  }
  try {
    new Cron(schedule, { paused: true });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function isTimeZone(name: unknown): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: String(name) });
    return true;
  } catch {
    return false;
  }
}

export function budgetFaults(spec: Fields): Fault[] {
  const faults = [
    ...shareFaults('spec.minAvailable', spec.minAvailable),
    ...shareFaults('spec.maxUnavailable', spec.maxUnavailable),
    ...selectorFaults('spec.selector', spec.selector),
    ...choiceFaults('spec.unhealthyPodEvictionPolicy', spec.unhealthyPodEvictionPolicy, [
      'AlwaysAllow',
      'IfHealthyBudget',
    ]),
  ];
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    faults.push(invalidValue('spec', spec, 'minAvailable and maxUnavailable cannot be both set'));
  }
  return faults;
}

export function autoscalerFaults({ minReplicas, maxReplicas, scaleTargetRef }: Fields): Fault[] {
  const faults = [...atLeast('spec.minReplicas', minReplicas, 1)];
  if (!Number.isInteger(maxReplicas) || maxReplicas < 1) {
    faults.push(invalidValue('spec.maxReplicas', maxReplicas ?? 0, 'must be greater than 0'));
  } else if (maxReplicas < (minReplicas ?? 1)) {
    faults.push(
      invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'),
    );
  }
  for (const field of ['kind', 'name']) {
    if (!scaleTargetRef?.[field]) faults.push(required(`spec.scaleTargetRef.${field}`));
  }
  return faults;
}
