/**
 * The functions framework runs each call in a `domain`, for the sake of functions that throw where nobody can catch it. Node then follows
 * every promise of the process, which is a quarter of this host's work. Hub's functions answer by promises, so here each call runs without
 * one; in production it has its own. To be imported before the framework is.
 */
import { registerHooks } from 'node:module';

/** As much of a domain as the framework calls. */
const SOURCE = `
const none = { on() {}, run: (call) => call(), bind: (callback) => callback };
process.domain = none;
exports.create = () => none;
`;
const URL_OF_IT = 'hub:without-domains';

registerHooks({
  resolve(specifier, context, next) {
    const isTheirs = specifier === 'domain' && context.parentURL?.includes('/functions-framework/');
    return isTheirs ? { url: URL_OF_IT, format: 'commonjs', shortCircuit: true } : next(specifier, context);
  },
  load: (url, context, next) =>
    url === URL_OF_IT ? { format: 'commonjs', source: SOURCE, shortCircuit: true } : next(url, context),
});
