/**
 * What a plug-in is made of (docs/plugins): the shapes of its parts, and what ours are made with. A plug-in is a file or a package whose
 * default export is a `Plugin`; it imports this as `maskbench/plugin`, or nothing at all.
 */
import type { GateRule } from './analysis/gate/rules/rule.js';
import type { CommandEntry } from './cli/commands/index.js';
import { asPlugin } from './core/plugins/load-plugins.js';
import { checkPart } from './core/plugins/part-kinds.js';
import type { Layout, LayoutSchema } from './datasets/layouts/layout.js';
import type { PluginMetric } from './metrics/plugin-protocol.js';
import type { Protocol } from './metrics/protocol.js';
import type { ModelSpec } from './models/spec/spec.js';
import type { SourceKind } from './models/sources/source-kinds.js';
import type { Format } from './reports/formats/format.js';
import type { Runner, SpecSchema } from './runners/runner.js';
import type { z } from 'zod';

/** All that a plug-in may bring. The name of every part begins with the plug-in's own and a full stop: `acme.sharpness`. */
export interface Plugin {
  /** A word of a-z, 0-9 and "-" that is not the name of a protocol or a source of ours. */
  readonly name: string;
  /** What reports call the protocol of its metrics; by default its name. */
  readonly title?: string;
  /** They are a protocol of the plug-in's name: `scoring: { protocols: [fixed, acme] }`. */
  readonly metrics?: readonly PluginMetric[];
  readonly protocols?: readonly Protocol[];
  readonly layouts?: readonly object[];
  readonly runners?: readonly object[];
  readonly formats?: readonly Format[];
  readonly gateRules?: readonly object[];
  readonly sources?: readonly SourceKind[];
  readonly commands?: readonly CommandEntry[];
}

/** A whole plug-in. @throws MaskbenchError `config.invalid` for what is none. */
export function definePlugin(plugin: Plugin): Plugin {
  asPlugin(plugin, 'definePlugin');
  return plugin;
}

/** A measure of a matte against its ground truth. @throws MaskbenchError `config.invalid`, as all of these, for what is none. */
export function defineMetric(metric: PluginMetric): PluginMetric {
  checkPart('metrics', metric);
  return metric;
}

/** Metrics with conventions, a signature and a table of their own. */
export function defineProtocol(protocol: Protocol): Protocol {
  checkPart('protocols', protocol);
  return protocol;
}

/** How a kind of dataset lies on disk. */
export function defineLayout<S extends LayoutSchema>(layout: Layout<S>): Layout<S> {
  checkPart('layouts', layout);
  return layout;
}

/** Whatever makes a matte. */
export function defineRunner<Specs extends Readonly<Record<string, SpecSchema>>, Assets>(
  runner: Runner<z.output<Specs[keyof Specs]> & ModelSpec, Assets> & { readonly specs: Specs },
): typeof runner {
  checkPart('runners', runner);
  return runner;
}

/** A format of reports. */
export function defineFormat(format: Format): Format {
  checkPart('formats', format);
  return format;
}

/** A rule that a gate may have. */
export function defineGateRule<Key extends string, Schema extends z.ZodType>(
  rule: GateRule<Key, Schema>,
): GateRule<Key, Schema> {
  checkPart('gateRules', rule);
  return rule;
}

/** Where the file of a model may come from. */
export function defineSource<S extends SourceKind>(source: S): S {
  checkPart('sources', source);
  return source;
}

/** A command of `maskbench`. */
export function defineCommand(command: CommandEntry): CommandEntry {
  checkPart('commands', command);
  return command;
}

// The shapes
export type { PluginMetric } from './metrics/plugin-protocol.js';
export type { Protocol, Step } from './metrics/protocol.js';
export type { CurveReading } from './metrics/curves.js';
export type { Layout, LayoutSchema } from './datasets/layouts/layout.js';
export type { Runner, LoadedSpec, OpenRequest, PredictSession, MatteJob, Outcome } from './runners/runner.js';
export type { Format, RenderOptions } from './reports/formats/format.js';
export type { ReportDocument } from './reports/document.js';
export type { GateRule, JudgedPair, Finding } from './analysis/gate/rules/rule.js';
export type { SourceKind } from './models/sources/source-kinds.js';
export type { CommandEntry } from './cli/commands/index.js';
export type { CliContext, DefineCommand, SetStatus } from './cli/context.js';

// What ours are made with
export { z } from 'zod';
export { MaskbenchError } from './core/errors.js';
export { sha256 } from './core/hash.js';
export { Command } from './cli/context.js';
export { metricId } from './analysis/gate/rules/rule.js';
export { scopeScores } from './analysis/compare/paired-images.js';
export { entryOfPair } from './datasets/entry-of-pair.js';
export { layoutSchema } from './datasets/layouts/layout.js';
export { listPairs } from './datasets/list-pairs.js';
export { scanFolder } from './datasets/scan-folder.js';
export { countBits, difference, intersection, packAtLeast, union, unpackBits } from './image/bit-mask.js';
export { decodeMatte, decodeRgb } from './image/codec.js';
export { metaOf } from './metrics/registry.js';
export { modelFields } from './models/spec/spec.js';
export { oneByOne } from './runners/one-by-one.js';
export { writeMatte } from './runners/write-matte.js';
