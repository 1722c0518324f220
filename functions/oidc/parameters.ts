/** Parameters of a query or a form, each at most once: two readers of a repeated one could take different values. */
import { OAuthError } from './oauth-error.ts';

export interface Parameters {
  /** Undefined if it is absent, empty (https://www.rfc-editor.org/rfc/rfc6749#section-3.1) or repeated. */
  get(name: string): string | undefined;
  /** @throws OAuthError invalid_request if any of them is repeated */
  requireSingle(): void;
}

export function parametersOf(search: URLSearchParams): Parameters {
  const values = new Map<string, string>();
  const repeated = new Set<string>();
  for (const [name, value] of search) {
    if (values.has(name)) repeated.add(name);
    values.set(name, value);
  }
  return {
    get: (name) => (repeated.has(name) ? undefined : values.get(name) || undefined),
    requireSingle() {
      if (repeated.size > 0) throw new OAuthError('invalid_request', 'A parameter is given more than once.');
    },
  };
}
