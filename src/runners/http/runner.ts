import { canonicalJson } from '../../core/hash.js';
import type { Runner } from '../runner.js';
import { contractOf, ensureService, type HttpModel } from './ensure.js';
import { httpModelSchema, originOf, uploadsTo, type HttpSpec } from './spec.js';

/** A service over the network, which answers a picture with a matte or a cut-out (docs/services.md). */
export const httpRunner: Runner<HttpSpec, HttpModel['assets']> = {
  title: 'a service',
  specs: { http: httpModelSchema },
  describe: ({ http }) => originOf(http.url),
  ensure: ensureService,
  identity({ spec }) {
    const text = canonicalJson(contractOf(spec));
    return () => text;
  },
  open: async (...asked) => (await import('./session.js')).openHttpSession(...asked),
  service({ http }) {
    const { price, maximumCost } = http;
    const to = uploadsTo(http);
    return {
      ...(to === undefined ? {} : { uploadsTo: to }),
      ...(price === undefined ? {} : { price }),
      ...(maximumCost === undefined ? {} : { maximumCost }),
    };
  },
  lasting: ({ http: _, ...spec }) => ({ ...spec, http: contractOf({ ...spec, http: _ }) }),
};
