/** Lets the host of a laptop serve the functions out of the archive instead of the sources. Loaded before everything else. */
import { registerHooks } from 'node:module';

const { HUB_TEST_BUNDLE: bundle = '' } = process.env;

registerHooks({
  resolve(specifier, context, next) {
    const isTheirs =
      specifier.endsWith('/functions/index.ts') && context.parentURL?.endsWith('/local/host/main.ts');
    if (!isTheirs) return next(specifier, context);
    process.stderr.write(`${JSON.stringify({ message: 'functions out of the archive' })}\n`);
    return next(bundle, context);
  },
});
