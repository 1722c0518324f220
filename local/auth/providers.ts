/**
 * Signing in with Google, GitHub and any other provider. There is no provider here: its tokens are read, not checked, as with the
 * Firebase Auth emulator, whose form they have (an ID token is the JSON of its claims, or any JWT).
 */
import { decodeJwt } from 'jose';
import { ServiceError } from '../service.ts';
import { identity, kind } from './answers.ts';
import { type Body, flag, requireEmail, requireText, text } from './body.ts';
import { type AuthModel, invalid, type ProviderLink, requireOpenSignUp, type User } from './model.ts';
import type { Operation } from './operation.ts';

/** What a provider says about who signed in. */
interface Assertion {
  link: ProviderLink;
  verified: boolean;
  /** What the SDK hands to the app of it, also beside most errors, so that it can link the account later. */
  told: Body;
}

export const signInWithIdp: Operation = async (model, body) => {
  const assertion = readAssertion(body);
  const idToken = text(body, 'idToken');
  const current = idToken ? (await model.requireUser(idToken)).user : undefined;
  try {
    return await enter(model, assertion, current, flag(body, 'autoCreate') !== false);
  } catch (error) {
    // The SDK asks for the provider's credential even then: `credentialFromError`.
    if (!flag(body, 'returnIdpCredential') || !(error instanceof ServiceError)) throw error;
    return { ...assertion.told, errorMessage: error.message };
  }
};

/** @param current the signed-in user who links the provider; absent when signing in */
async function enter(
  model: AuthModel,
  assertion: Assertion,
  current: User | undefined,
  autoCreate: boolean,
): Promise<Body> {
  const { link, verified, told } = assertion;
  const linked = model.findByProvider(link.providerId, link.rawId);
  if (current && linked) throw invalid('FEDERATED_USER_ID_ALREADY_LINKED');
  const onePerEmail = !model.settings().allowDuplicateEmails;
  const sameEmail = onePerEmail && link.email ? model.findByEmail(link.email) : undefined;
  if (current && sameEmail && sameEmail !== current) throw invalid('EMAIL_EXISTS');

  const known = linked ?? current ?? sameEmail;
  if (known?.disabled) throw invalid('USER_DISABLED');
  // The SDK makes `auth/user-mismatch` of it, when somebody who is to show again who they are is nobody.
  if (known === undefined && !autoCreate) throw invalid('EMAIL_NOT_FOUND');
  if (known === undefined) requireOpenSignUp(model);
  if (known && !linked && !current && !verified) return { ...told, ...confirmation(known) };

  const user = known ?? model.newUser();
  if (known && !linked && !current) dropUnproved(model, user, link);
  // Whoever comes back may have another name or address at the provider by now.
  if (linked) user.providers = withLink(user, link);
  else addLink(user, link, verified, onePerEmail);
  model.saveUser(user);
  const credentials = await model.signIn(user, link.providerId);
  return { ...told, emailVerified: user.emailVerified, isNewUser: !known, ...identity(user, credentials) };
}

/** An account has that address, and this provider did not prove it: the user signs in as before, and then links. */
const confirmation = (known: User): Body => ({
  needConfirmation: true,
  localId: known.localId,
  verifiedProvider: known.providers.map(({ providerId }) => providerId),
});

/**
 * Whoever proves an address takes over what was signed up with it unproved: password, links, profile and sign-ins of the stranger go.
 * https://firebase.google.com/docs/auth/users#verified_email_addresses
 */
function dropUnproved(model: AuthModel, user: User, link: ProviderLink): void {
  if (user.emailVerified || user.email !== link.email) return;
  delete user.password;
  delete user.emailLink;
  delete user.phoneNumber;
  delete user.displayName;
  delete user.photoUrl;
  user.providers = [];
  model.endSignIns(user);
}

/** A user has one account of each provider. */
const withLink = ({ providers }: User, link: ProviderLink): ProviderLink[] => [
  ...providers.filter(({ providerId }) => providerId !== link.providerId),
  link,
];

function addLink(user: User, link: ProviderLink, verified: boolean, takesEmail: boolean): void {
  user.providers = withLink(user, link);
  if (user.email === undefined && link.email && takesEmail) user.email = link.email;
  if (user.email !== undefined && user.email === link.email) user.emailVerified ||= verified;
  if (user.displayName === undefined && link.displayName) user.displayName = link.displayName;
  if (user.photoUrl === undefined && link.photoUrl) user.photoUrl = link.photoUrl;
}

/** @throws ServiceError for anything that is not a provider's answer */
function readAssertion(body: Body): Assertion {
  const post = readPost(body);
  const providerId = post.get('providerId')?.toLowerCase();
  if (!providerId || providerId.length > 128)
    throw invalid('INVALID_CREDENTIAL_OR_PROVIDER_ID : Invalid IdP response');
  const [idToken, accessToken] = [post.get('id_token'), post.get('access_token')];
  const claims = idToken ? readIdToken(idToken) : readAccessToken(accessToken ?? '');
  const link = providerLink(providerId, claims);
  const verified = claims.email_verified === true;
  const told: Body = {
    ...kind('VerifyAssertionResponse'),
    providerId,
    federatedId: providerId === 'google.com' ? `https://accounts.google.com/${link.rawId}` : link.rawId,
    email: link.email,
    emailVerified: verified,
    displayName: link.displayName,
    fullName: link.displayName,
    firstName: said(claims, 'given_name'),
    lastName: said(claims, 'family_name'),
    photoUrl: link.photoUrl,
    screenName: link.screenName,
    rawUserInfo: JSON.stringify(profileOf(link, verified, claims)),
    oauthAccessToken: accessToken ?? accessTokenFor(claims),
    ...(idToken && { oauthIdToken: idToken }),
  };
  return { link, verified, told };
}

/** The pages of this service put the provider's answer into the address, credentials put it into `postBody`. */
function readPost(body: Body): URLSearchParams {
  const requestUri = requireText(body, 'requestUri', 'MISSING_REQUEST_URI');
  if (!URL.canParse(requestUri)) throw invalid('INVALID_REQUEST_URI');
  const { searchParams, hash } = new URL(requestUri);
  const all = new URLSearchParams(searchParams);
  for (const part of [text(body, 'postBody') ?? '', hash.slice(1)]) {
    for (const [name, value] of new URLSearchParams(part)) all.set(name, value);
  }
  return all;
}

function readIdToken(token: string): Body {
  try {
    return token.startsWith('{') ? (JSON.parse(token) as Body) : decodeJwt(token);
  } catch {
    throw invalid('INVALID_IDP_RESPONSE : the id_token is neither JSON nor a JWT');
  }
}

/** Access tokens made here hold the claims, so that a credential of GitHub, which has no ID token, can be used again. */
const ACCESS_TOKEN = 'local-provider-token.';

const accessTokenFor = (claims: Body): string =>
  ACCESS_TOKEN + Buffer.from(JSON.stringify(claims)).toString('base64url');

function readAccessToken(token: string): Body {
  if (token.startsWith('{')) return readIdToken(token);
  if (!token.startsWith(ACCESS_TOKEN)) {
    throw invalid(
      'INVALID_IDP_RESPONSE : the local Auth service needs an id_token, or an access_token it gave',
    );
  }
  return readIdToken(Buffer.from(token.slice(ACCESS_TOKEN.length), 'base64url').toString('utf8'));
}

/** A claim, if it is a text: what a provider says otherwise is not for us to refuse. */
const said = (claims: Body, name: string): string | undefined => {
  const value = claims[name];
  return typeof value === 'string' && value ? value : undefined;
};

function providerLink(providerId: string, claims: Body): ProviderLink {
  const rawId = said(claims, 'sub');
  if (!rawId) throw invalid('INVALID_IDP_RESPONSE : the id_token has no sub that is a text');
  const displayName = said(claims, 'name');
  const photoUrl = said(claims, 'picture');
  const screenName = said(claims, 'screen_name');
  return {
    providerId,
    rawId,
    ...(said(claims, 'email') && { email: requireEmail(claims) }),
    ...(displayName && { displayName }),
    ...(photoUrl && { photoUrl }),
    ...(screenName && { screenName }),
  };
}

const SCOPE = 'https://www.googleapis.com/auth/userinfo.';

/** As the provider's own profile: what `getAdditionalUserInfo` shows. */
function profileOf(link: ProviderLink, verified: boolean, claims: Body): Body {
  const { rawId, email, displayName: name, photoUrl: picture, screenName: login } = link;
  if (link.providerId === 'google.com') {
    const { given_name, family_name } = claims;
    const scopes = ['openid', `${SCOPE}profile`, ...(email ? [`${SCOPE}email`] : [])];
    const granted_scopes = scopes.join(' ');
    return {
      granted_scopes,
      id: rawId,
      email,
      verified_email: verified,
      name,
      given_name,
      family_name,
      picture,
      locale: 'en',
    };
  }
  if (link.providerId === 'github.com') return { id: rawId, login, name, email, avatar_url: picture };
  return claims;
}
