import { z } from 'zod';

/** Of a file of the user's own, which says by it what code is loaded. */
export const pluginsField = z
  .array(z.string().min(1))
  .optional()
  .describe(
    'Plug-ins that are loaded (docs/plugins): files beside this one (./my-metric.mjs, with #sha256=<digest> to pin it), or installed packages.',
  );

/** Of a file that is named for its plug-ins, whatever else is in it. */
export const withNamedPlugins = z.looseObject({ plugins: pluginsField.unwrap() });

/** As much of such a file as is read before the rest: what else may stand there depends on the plug-ins. */
export const withPlugins = z.looseObject({ plugins: pluginsField });
