import type { DefineCommand } from '../context.js';
import { commandOnConfig, runPhases } from './run.js';

/** `maskbench time`: one phase of `run` alone. */
export const time: DefineCommand = (context, setStatus) =>
  commandOnConfig('time').action(async (config, flags) =>
    setStatus(await runPhases(config, flags, { predict: false, score: false, time: true }, context)),
  );
