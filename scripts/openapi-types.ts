/** The types of the HTTP API as its clients see it, made from its own description of itself. */
import { registerHooks } from 'node:module';
import { ENDPOINTS } from '../functions/api/app.ts';
import { openApiDocument } from '../functions/api/openapi.ts';

/** openapi-typescript prints with the compiler's API, which TypeScript 7 does not have. */
function lendItTypescript5(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const isTheirs = specifier === 'typescript' && context.parentURL?.includes('/openapi-typescript/');
      return next(isTheirs ? 'typescript-5' : specifier, context);
    },
  });
}

const HEAD = '// Generated from the API by `npm run docs`; do not edit.\n';

export async function apiTypes(): Promise<string> {
  lendItTypescript5();
  const { default: openapiTS, astToString } = await import('openapi-typescript');
  // Read back, so that nothing but JSON is in it.
  const document = JSON.parse(JSON.stringify(openApiDocument(ENDPOINTS)));
  return HEAD + astToString(await openapiTS(document, { alphabetize: true }));
}
