import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { MaskbenchError } from '../../core/errors.js';
import { parseGitFile, readGitFile } from '../../core/git-file.js';
import { sha256 } from '../../core/hash.js';
import { PACKAGE_ROOT } from '../../core/package-root.js';
import { unreadable } from '../../core/unreadable.js';
import { textOf } from '../../core/user-text.js';
import { parseYaml } from '../../core/yaml-file.js';
import { lateBound } from '../../core/plugins/late-bound.js';
import { admitPlugins, type PluginPolicy } from '../../core/plugins/named-plugins.js';
import { pluginsField, withPlugins } from '../../core/plugins/plugins-field.js';
import { boundedRange } from '../../metrics/metric.js';
import { metaOf } from '../../metrics/registry.js';
import { assumption } from '../../schema/verdict.js';
import type { PairedDataset } from '../compare/paired-images.js';
import { measureSchema, type Measure } from './remeasure/measure.js';
import { RULES } from './rules/index.js';
import type { GateRule } from './rules/rule.js';

/** Version of the meaning of a gate's rules; files of another one are refused. */
export const GATE_VERSION = 2;

type Rule = (typeof RULES)[number];
type RuleShape = { readonly [R in Rule as R['key']]: R['schema'] };

export const gateSchema = lateBound(() =>
  z
    .strictObject({
      version: z.literal(GATE_VERSION).describe('Of the meaning of the rules.'),
      name: z.string().min(1).describe('What reports call the gate.'),
      description: z.string().optional().describe('What it protects, for people.'),
      level: z
        .number()
        .gt(0.5)
        .lt(1)
        .default(0.95)
        .describe('Confidence of every one-sided bound, and of the family of claims of regression.'),
      assume: assumption
        .optional()
        .describe(
          'Decide means by approximate intervals, which take it for granted that no rare image loses much more than those at hand show. Every report repeats it.',
        ),
      evidence: z
        .literal('sealed')
        .optional()
        .describe('Refuse a run that is not sealed, or a baseline that was made of one (docs/evidence.md).'),
      required: z
        .array(z.enum(RULES.map(({ key }) => key)))
        .default([])
        .describe(
          'Rules that must be decidable: a check that is started without what they need, as times, is refused.',
        ),
      minimumImages: z
        .int()
        .min(1)
        .default(1)
        .describe(
          'Fewer images decide nothing. What a margin takes by itself is more, and this cannot lower it.',
        ),
      plugins: pluginsField,
      ...(Object.fromEntries(RULES.map(({ key, schema }) => [key, schema])) as RuleShape),
    })
    .refine((gate) => rulesOf(gate).length > 0, 'the gate asks for nothing; give it at least one rule')
    .superRefine((gate, ctx) => {
      const there = rulesOf(gate).map(({ rule }) => rule.key);
      for (const [i, key] of gate.required.entries()) {
        if (there.includes(key)) continue;
        const message = `the gate has no rule "${key}" to require`;
        ctx.addIssue({ code: 'custom', path: ['required', i], message });
      }
      for (const { rule, asked } of rulesOf(gate)) {
        for (const { path, message } of rule.faultsOf?.(asked) ?? [])
          ctx.addIssue({ code: 'custom', path: [rule.key, ...path], message });
      }
      const [, second] = rulesOf(gate).filter(({ rule, asked }) => rule.measureOf?.(asked) !== undefined);
      if (second !== undefined) {
        const message = 'one measurement serves times and energy, and latency says how; leave this out';
        ctx.addIssue({ code: 'custom', path: [second.rule.key, 'measure'], message });
      }
      if (gate.assume !== undefined) return;
      for (const { rule, asked } of rulesOf(gate)) {
        if (rule.ofMeans !== true || !Array.isArray(asked)) continue;
        for (const [i, one] of (asked as readonly { readonly metric?: string }[]).entries()) {
          if (one.metric === undefined || boundedRange(metaOf(one.metric)) !== null) continue;
          const message = `${one.metric} has no largest or no smallest value, so no bound holds for its mean; take a metric within a range (docs/metrics.md), or say "assume: ${assumption.value}"`;
          ctx.addIssue({ code: 'custom', path: [rule.key, i, 'metric'], message });
        }
      }
    })
    .meta({
      title: 'Maskbench gate',
      description:
        'What a candidate must keep to if it is to take the place of the baseline (docs/verdict.md).',
      anyOf: RULES.map(({ key }) => ({ required: [key], properties: { [key]: { not: { const: [] } } } })),
    }),
);

/** What any version of a gate's file has. A version that is not ours is refused before its keys are looked at. */
function versionedSchema(reference: string) {
  const error = ({ input }: { readonly input?: unknown }): string =>
    typeof input === 'number' && input > GATE_VERSION
      ? `a later version of Maskbench wrote this gate; this one reads version ${GATE_VERSION}`
      : `a gate begins with "version: ${GATE_VERSION}"; the rules of older ones meant something else: "maskbench gate migrate ${reference}" prints it rewritten, and what changes`;
  return z
    .looseObject({})
    .superRefine((document, ctx) => {
      if ('version' in document || rulesOf(document).length > 0) return;
      const message = `this is no gate; a gate has rules such as ${RULES.map(({ key }) => key).join(', ')} (docs/verdict.md)`;
      ctx.addIssue({ code: 'custom', message });
    })
    .pipe(z.looseObject({ version: z.literal(GATE_VERSION, { error }) }));
}

export type Gate = z.output<typeof gateSchema>;

export interface LoadedGate {
  readonly gate: Gate;
  /** Of the file's bytes: a report says by which rules it was decided. */
  readonly sha256: string;
}

/**
 * A gate by the path of its file, by the name of one that comes with Maskbench (`rollout`), or as a revision of git has it
 * (`main:gates/mine.yaml`).
 *
 * @throws MaskbenchError `data.missing`, or `config.invalid` naming file, line and column; `usage` for no revision.
 */
export async function loadGate(
  reference: string,
  cwd: string = process.cwd(),
  { plugins = 'load' }: { readonly plugins?: PluginPolicy } = {},
): Promise<LoadedGate> {
  const own = resolve(cwd, reference);
  const shipped = join(PACKAGE_ROOT, 'configs', 'gates', `${reference}.yaml`);
  const isShipped = !existsSync(own) && /^[\w-]+$/.test(reference) && existsSync(shipped);
  const inGit = existsSync(own) ? undefined : parseGitFile(reference);
  const path = inGit !== undefined ? reference : isShipped ? shipped : own;
  const as = { what: 'gate', remedy: 'give a YAML file, or one that comes along: "rollout", "pull-request"' };
  const bytes = await (inGit !== undefined
    ? readGitFile(inGit, cwd)
    : readFile(path).catch((cause: unknown) => {
        throw unreadable(path, cause, as);
      }));
  if (bytes === undefined)
    throw new MaskbenchError('data.missing', `no such ${as.what}`, { where: path, remedy: as.remedy });
  const text = textOf(bytes, path, as);
  const document = parseYaml(text, path, z.unknown());
  if (inGit !== undefined) assertPinned(document, path);
  await admitPlugins(
    document,
    inGit === undefined ? dirname(path) : dirname(resolve(cwd, inGit.path)),
    plugins,
  );
  parseYaml(text, path, versionedSchema(reference), 'gate');
  return { gate: parseYaml(text, path, gateSchema), sha256: sha256(text) };
}

/** @throws MaskbenchError `config.invalid`: the plug-ins of a gate in git lie where the change could touch them. */
function assertPinned(document: unknown, where: string): void {
  const { data } = withPlugins.safeParse(document);
  const open = data?.plugins?.find((entry) => !/#sha256=[0-9a-f]{64}$/.test(entry));
  if (open === undefined) return;
  throw new MaskbenchError('config.invalid', `a gate in git pins its plug-ins, and not ${open}`, {
    where,
    remedy: 'write ./my-rule.mjs#sha256=<all 64 digits>, or name the plug-ins in a file with --config',
  });
}

/** A rule that a gate has, with what it says under the rule's key. */
export interface AskedRule {
  readonly rule: GateRule;
  // What a rule says of it is checked by the rule's own schema: an object, whatever it holds.
  readonly asked: object;
}

/** The rules that a gate has, in the order of the registry. */
export function rulesOf(gate: Readonly<Record<string, unknown>>): readonly AskedRule[] {
  return RULES.flatMap((rule: GateRule) => {
    const asked = gate[rule.key];
    const isNothing = asked === undefined || asked === null || (Array.isArray(asked) && asked.length === 0);
    return isNothing ? [] : [{ rule, asked }];
  });
}

/** Whether a gate needs times that are measured for the comparison. */
export function needsTimes(gate: Gate): boolean {
  return rulesOf(gate).some(({ rule, asked }) => rule.needsTimes?.(asked) === true);
}

/**
 * Whether a check may begin as it is asked for, before anything is read or measured.
 *
 * @param measured whether times are measured for it
 * @throws MaskbenchError `usage`: times are not measured and a required rule needs them, or they are and none does.
 */
export function assertDecidable(gate: Gate, measured: boolean): void {
  if (measured && !needsTimes(gate)) {
    throw new MaskbenchError('usage', `the gate "${gate.name}" has no rule on times`, {
      remedy: 'leave out --remeasure, or give the gate a latency or energy rule',
    });
  }
  const open = rulesOf(gate).find(
    ({ rule, asked }) =>
      !measured && gate.required.some((key) => key === rule.key) && rule.needsTimes?.(asked) === true,
  );
  if (open !== undefined) {
    throw new MaskbenchError(
      'usage',
      `the gate "${gate.name}" requires ${open.rule.key}, and no times are measured`,
      {
        remedy: 'add --remeasure',
      },
    );
  }
}

/** Whether everything that a gate's rules are about is there. @throws MaskbenchError `config.unknown-name`. */
export function assertThere(gate: Gate, datasets: readonly PairedDataset[]): void {
  for (const { rule, asked } of rulesOf(gate)) rule.assertThere?.(asked, datasets);
}

/** How times are measured: as a rule says, or by the defaults for gates that only ask for faster ones. */
export function measureOf(gate: Gate): Measure {
  const [own] = rulesOf(gate).flatMap(({ rule, asked }) => rule.measureOf?.(asked) ?? []);
  return own ?? measureSchema.parse({});
}

/** Every metric that a gate's rules are about, each once, in their order. */
export function metricsOfGate(gate: Gate): readonly string[] {
  return [...new Set(rulesOf(gate).flatMap(({ rule, asked }) => rule.metricsOf?.(asked) ?? []))];
}
