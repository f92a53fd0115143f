import { z } from 'zod';
import { holdsLogin, namesSecretVariable } from '../../core/secrets.js';
import { modelFields } from '../../models/spec/spec.js';

/** What the system takes of texts: they end at this character. */
const argument = z.string().regex(/^[^\0]*$/, 'no argument can hold a NUL character');

const line = z
  .array(argument)
  .min(1)
  .refine(([program]) => program !== '', 'the first of them is the program');

const RECORDED =
  'what it holds is recorded: a secret is taken from the environment, by its name in secretEnv';

const seconds = z.number().positive().max(86_400);

/** Where the picture and the matte stand in the arguments of a program that is started for every image. */
export const IMAGE = '{image}';
export const MATTE = '{matte}';

const holds = (run: readonly string[], placeholder: string): boolean =>
  run.some((part) => part.includes(placeholder));

/** Whether a program is started for every image; else it is started once, and asked by lines (docs/programs.md). */
export const isPerImage = ({ run }: { readonly run: readonly string[] }): boolean => holds(run, IMAGE);

const commandSchema = z
  .strictObject({
    run: line
      .refine(
        (run) => holds(run, IMAGE) === holds(run, MATTE),
        'a program that is started for every image is told both {image} and {matte}',
      )
      .describe(
        'The program and its arguments, as they are: no shell reads them. With {image} and {matte} among them it is started for every image, without them once (docs/programs.md).',
      ),
    files: z
      .array(z.string().min(1))
      .default([])
      .describe(
        'Files that its mattes depend on, such as its code and its weights, relative to the YAML file: their bytes are a part of what it is. What it is besides is its version.',
      ),
    version: line
      .optional()
      .describe(
        'Of a program that is started for every image: what is run, once, to hear its version, of which the first line that is printed counts. A program that is started once says it by itself.',
      ),
    network: z
      .string()
      .min(1)
      .optional()
      .describe(
        'The name of a known network, or the path of a YAML file, which may be a variation of one: its files are made available, and a file that says where they lie and what the spec says is named to the program by MASKBENCH_NETWORK.',
      ),
    folder: z.string().min(1).default('.').describe('Where it is run, relative to the YAML file.'),
    env: z
      .record(z.string().regex(/^[^=\0]+$/, 'no variable can have this name'), argument)
      .default({})
      .superRefine((env, { addIssue }) => {
        for (const [name, value] of Object.entries(env))
          if (namesSecretVariable(name) || holdsLogin(value))
            addIssue({ code: 'custom', path: [name], message: RECORDED });
      })
      .describe(
        'Variables of its environment. Of those of Maskbench it gets only what finds programs, libraries, a home and a language (docs/programs.md).',
      ),
    secretEnv: z
      .array(z.string().min(1))
      .default([])
      .describe(
        'Names of variables that it gets from the environment of Maskbench; what they hold is written nowhere.',
      ),
    copies: z.int().min(1).max(256).default(1).describe('So many side by side in the accuracy pass.'),
    cards: z
      .array(z.string())
      .min(1)
      .optional()
      .describe('CUDA_VISIBLE_DEVICES of each copy in turn; times are taken with the first.'),
    startSeconds: seconds.default(120).describe('It must be ready within.'),
    imageSeconds: seconds.default(120).describe('It must answer for one image within.'),
    memoryMB: z
      .number()
      .positive()
      .optional()
      .describe('It is ended where all of its processes together take more, in 1,000,000 bytes (Linux).'),
  })
  .refine(
    ({ run, version }) => version === undefined || isPerImage({ run }),
    'version is of a program that is started for every image; one that is started once says it in its first line',
  );

/** The spec of a model that is a program. */
export const commandModelSchema = z.strictObject({
  ...modelFields,
  feeding: z.literal('command').describe('A program of anybody, which makes a matte file of a picture file.'),
  command: commandSchema.describe('How it is run.'),
});
export type CommandSpec = z.output<typeof commandModelSchema>;
export type Command = CommandSpec['command'];
