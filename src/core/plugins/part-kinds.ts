import { z } from 'zod';
import { MaskbenchError } from '../errors.js';
import { firstIssue } from '../jsonl.js';
import { plainIssue } from '../plain-issue.js';
import type { PartKind } from './parts.js';

const text = z.string().min(1);
const fn = z.custom<(...args: never) => unknown>(
  (value) => typeof value === 'function',
  'must be a function',
);
const schema = z.custom<z.ZodType>(
  (value) => typeof value === 'object' && value !== null && '_zod' in value,
  'must be a schema of zod',
);

const metric = z.looseObject({
  meta: z.looseObject({
    id: text,
    name: text,
    range: z.tuple([z.number(), z.number().nullable()]),
    better: z.enum(['higher', 'lower']),
    formula: text,
    source: text,
    emptyMasks: text,
  }),
  compute: fn,
});

interface Kind<S extends z.ZodType = z.ZodType> {
  /** In messages: `metric`. */
  readonly name: string;
  /** What is checked of a part when it is loaded. */
  readonly shape: S;
  /** The names that it goes by, each of which only one part of the kind may have. */
  names(part: z.output<S>): readonly string[];
}

const kind = <S extends z.ZodType>(of: Kind<S>): Kind => of as unknown as Kind;

/** What is known of the parts of plug-ins before any of their rooms is loaded. */
export const PART_KINDS: Readonly<Record<PartKind, Kind>> = {
  metrics: kind({ name: 'metric', shape: metric, names: ({ meta }) => [meta.id] }),
  protocols: kind({
    name: 'protocol',
    shape: z.looseObject({
      id: text,
      title: text,
      metrics: z.array(metric).min(1),
      conventions: z.array(z.enum(['threshold', 'empty'])),
      signature: fn,
      version: z.int(),
      headline: text,
      main: z.array(text),
      table: z.looseObject({
        title: text,
        caption: z.string(),
        columns: z.array(z.looseObject({ metric: text })),
      }),
    }),
    names: ({ id, metrics }) => [id, ...metrics.map(({ meta }) => meta.id)],
  }),
  layouts: kind({
    name: 'layout',
    shape: z.looseObject({ name: text, summary: text, schema, splits: fn, defaultTags: fn, list: fn }),
    names: ({ name }) => [name],
  }),
  runners: kind({
    name: 'runner',
    shape: z.looseObject({
      title: text,
      specs: z.record(text, schema),
      describe: fn,
      ensure: fn,
      identity: fn,
      open: fn,
    }),
    names: ({ specs }) => Object.keys(specs),
  }),
  formats: kind({
    name: 'format',
    shape: z.looseObject({ name: text, extension: text, summary: text, render: fn }),
    names: ({ name }) => [name],
  }),
  gateRules: kind({
    name: 'gate rule',
    shape: z.looseObject({ key: text, kind: text, schema, judge: fn }),
    names: ({ key }) => [key],
  }),
  sources: kind({
    name: 'source',
    shape: z.looseObject({ kind: text, schema, resolve: fn }),
    names: ({ kind: name }) => [name],
  }),
  commands: kind({
    name: 'command',
    shape: z.looseObject({ name: text, description: text, load: fn }),
    names: ({ name }) => [name],
  }),
};

/**
 * Checks a part of a plug-in as far as data can be checked.
 *
 * @throws MaskbenchError `config.invalid`, naming the part and what is not as it should be.
 */
export function checkPart(of: PartKind, part: unknown, where?: string): readonly string[] {
  const { name, shape, names } = PART_KINDS[of];
  const result = shape.safeParse(part, { error: plainIssue });
  if (result.success) return names(result.data);
  throw new MaskbenchError('config.invalid', `this is no ${name}: ${firstIssue(result.error)}`, {
    ...(where === undefined ? {} : { where }),
    remedy: 'docs/plugins shows one of each kind',
    cause: result.error,
  });
}
