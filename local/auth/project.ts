/** The settings of the project: what browsers ask before they start, what servers change, and the calls of the official emulator. */
import { type Body, flag, record, texts } from './body.ts';
import { type AuthModel, invalid, type ProjectSettings } from './model.ts';
import type { Operation } from './operation.ts';

/** `GET /v1/projects`: where a page may be that signs in. */
export const publicConfig: Operation = (model) => ({
  projectId: model.projectId,
  authorizedDomains: model.settings().authorizedDomains,
});

/** `GET /v2/passwordPolicy`: six characters, and nothing else. */
export const passwordPolicy: Operation = () => ({
  customStrengthOptions: { minPasswordLength: 6, maxPasswordLength: 4096 },
  allowedNonAlphanumericCharacters: [...'^$*.[]{}()?"!@#%&/\\,><\':;|_~'],
  enforcementState: 'OFF',
  forceUpgradeOnSignin: false,
  schemaVersion: 1,
});

/** `GET /v2/recaptchaConfig`: reCAPTCHA is off. */
export const recaptchaConfig: Operation = (model) => ({
  recaptchaKey: `projects/${model.projectId}/keys/none`,
  recaptchaEnforcementState: ['EMAIL_PASSWORD_PROVIDER', 'PHONE_PROVIDER'].map((provider) => ({
    provider,
    enforcementState: 'OFF',
  })),
});

const emulatorConfig = (model: AuthModel): Body => {
  const { allowDuplicateEmails, improvedEmailPrivacy, disabledUserSignup } = model.settings();
  return {
    signIn: { allowDuplicateEmails },
    client: { permissions: { disabledUserSignup } },
    emailPrivacyConfig: { enableImprovedEmailPrivacy: improvedEmailPrivacy },
  };
};

/** `GET /emulator/v1/projects/{project}/config` */
export const getEmulatorConfig: Operation = (model) => emulatorConfig(model);

/** `PATCH` of it: what is not named stays. */
export const patchEmulatorConfig: Operation = (model, body) => {
  model.changeSettings(readSettings(body));
  return emulatorConfig(model);
};

const projectConfig = (model: AuthModel): Body => ({
  name: `projects/${model.projectId}/config`,
  ...emulatorConfig(model),
  authorizedDomains: model.settings().authorizedDomains,
});

/** `GET /v2/projects/{project}/config` */
export const getProjectConfig: Operation = (model) => projectConfig(model);

/** The fields of the project's configuration that mean something here. */
const FIELDS = ['signIn', 'client', 'emailPrivacyConfig', 'authorizedDomains'];

/** `PATCH` of it, by the fields of `updateMask`. */
export const patchProjectConfig: Operation = (model, { updateMask, ...body }) => {
  const named = typeof updateMask === 'string' && updateMask ? updateMask.split(',') : Object.keys(body);
  const strange = named.find((path) => !FIELDS.includes(path.split('.')[0] ?? ''));
  if (strange) throw invalid(`OPERATION_NOT_ALLOWED : The local Auth service has no setting ${strange}.`);
  model.changeSettings(readSettings(body));
  return projectConfig(model);
};

function readSettings(body: Body): Partial<ProjectSettings> {
  const duplicates = flag(record(body, 'signIn') ?? {}, 'allowDuplicateEmails');
  const privacy = flag(record(body, 'emailPrivacyConfig') ?? {}, 'enableImprovedEmailPrivacy');
  const permissions = record(record(body, 'client') ?? {}, 'permissions') ?? {};
  const noSignUp = flag(permissions, 'disabledUserSignup');
  const domains = texts(body, 'authorizedDomains');
  return {
    ...(duplicates !== undefined && { allowDuplicateEmails: duplicates }),
    ...(privacy !== undefined && { improvedEmailPrivacy: privacy }),
    ...(noSignUp !== undefined && { disabledUserSignup: noSignUp }),
    ...(body.authorizedDomains !== undefined && { authorizedDomains: domains }),
  };
}

/** `DELETE /emulator/v1/projects/{project}/accounts` */
export const deleteAllAccounts: Operation = (model) => {
  model.deleteAllUsers();
  return {};
};

/** `GET /emulator/v1/projects/{project}/verificationCodes`: nobody signs in by phone. */
export const listVerificationCodes: Operation = () => ({ verificationCodes: [] });
