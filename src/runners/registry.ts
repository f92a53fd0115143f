import { commandRunner } from './command/runner.js';
import { canonicalJson } from '../core/hash.js';
import { extensible, type PluginVersion } from '../core/plugins/parts.js';
import { httpRunner } from './http/runner.js';
import { masksRunner } from './masks/runner.js';
import { onnxRunner } from './onnx/runner.js';
import type { Runner } from './runner.js';

/** Whatever makes a matte. */
export const RUNNERS = extensible<Runner>(
  'runners',
  [onnxRunner, masksRunner, commandRunner, httpRunner],
  ofPlugin,
);

/** A matte of a plug-in's runner depends on which plug-in that is, whatever the runner itself says. */
function ofPlugin(runner: Runner, plugin: PluginVersion): Runner {
  return {
    ...runner,
    identity(model, settings) {
      const identityOf = runner.identity(model, settings);
      return async (sample, files) => canonicalJson({ plugin, of: await identityOf(sample, files) });
    },
  };
}
