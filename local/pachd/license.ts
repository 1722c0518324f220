/** The licence of Pachyderm up to 2.11. */
import { PERMISSION as P } from '../../functions/pachyderm/protos.ts';
import { days } from '../../shared/units.ts';
import type { GrpcService } from '../grpc.ts';
import { plain } from './refusals.ts';
import { msOf, type Rows, type ServicesInput, timestamp } from './rows.ts';

const STATES = { NONE: 0, ACTIVE: 1, EXPIRED: 2 } as const;

export function licenseServices(
  { data, environment, clock, save }: ServicesInput,
  bound: (name: string, rows: Rows) => GrpcService,
): GrpcService[] {
  const info = () =>
    data.licenseExpiresAt === undefined ? {} : { info: { expires: timestamp(data.licenseExpiresAt) } };
  const state = (): number => {
    if (data.licenseExpiresAt === undefined) return STATES.NONE;
    return data.licenseExpiresAt > clock.now() ? STATES.ACTIVE : STATES.EXPIRED;
  };
  const code = () => ({
    state: state(),
    ...info(),
    ...(environment.LICENSE_KEY && { activationCode: environment.LICENSE_KEY }),
  });
  return [
    bound('enterprise_v2.API', {
      getState: { rule: 'anybody', answer: () => ({ state: state(), ...info() }) },
      getActivationCode: { rule: P.CLUSTER_ENTERPRISE_GET_CODE, orInactive: true, answer: code },
      activate: { rule: P.CLUSTER_ENTERPRISE_ACTIVATE, orInactive: true, answer: () => ({}) },
    }),
    bound('license_v2.API', {
      getActivationCode: { rule: P.CLUSTER_LICENSE_GET_CODE, orInactive: true, answer: code },
      activate: {
        rule: P.CLUSTER_LICENSE_ACTIVATE,
        orInactive: true,
        answer: ({ activationCode, expires }) => {
          if (environment.LICENSE_KEY) {
            throw plain('license.Activate() is disabled when the license key is configured via environment');
          }
          if (!activationCode)
            throw plain('error validating activation code: activation code is not base64 encoded');
          data.licenseExpiresAt = msOf(expires) ?? clock.now() + days(365);
          save();
          return info();
        },
      },
    }),
  ];
}
