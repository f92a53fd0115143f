import { canonicalJson } from '../../core/hash.js';
import type { Runner } from '../runner.js';
import type { CommandAssets } from './ensure.js';
import { commandModelSchema, isPerImage, type CommandSpec } from './spec.js';

/** Anybody's program, which makes a matte file of a picture file (docs/programs.md). */
export const commandRunner: Runner<CommandSpec, CommandAssets> = {
  title: 'a program',
  specs: { command: commandModelSchema },
  describe: ({ command }) => (isPerImage(command) ? 'program per image' : 'program'),
  moved: (spec, move) => {
    const { command } = spec;
    const { folder, files, network } = command;
    const isFile = network !== undefined && /\.ya?ml$/.test(network);
    return {
      ...spec,
      command: {
        ...command,
        folder: move(folder),
        files: files.map(move),
        ...(isFile ? { network: move(network) } : {}),
      },
    };
  },
  network: ({ command }) => command.network,
  ensure: async (...asked) => (await import('./ensure.js')).ensureCommand(...asked),
  // How many copies there are, on which cards, and how long they may take changes no matte.
  identity({ spec, sha256 }) {
    const { run, env, secretEnv } = spec.command;
    const text = canonicalJson({ feeding: spec.feeding, bytes: sha256, run, env, secretEnv });
    return () => text;
  },
  open: async (...asked) => (await import('./session.js')).openCommandSession(...asked),
  time: {
    kind: 'pass',
    scopes: ['file-to-file'],
    pixels: () => 0,
    timed: async (model, { samples }) => (await import('./timed.js')).timedCommand(model, samples),
  },
};
