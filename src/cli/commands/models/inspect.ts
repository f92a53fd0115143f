import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { escapeControls } from '../../../core/errors.js';
import type { OnnxInspection } from '../../../models/onnx/inspect.js';
import type { Proposal } from '../../../models/onnx/propose-spec.js';
import { jsonText } from '../../../reports/formats/json.js';
import { formatMegabytes } from '../../../core/text.js';
import type { CliContext, DefineCommand } from '../../context.js';

/** `maskbench models inspect`: what an ONNX file says of itself. */
export const inspect: DefineCommand = (context) =>
  new Command('inspect')
    .description('show the inputs, outputs, opset, precision, size and operators of a model file')
    .argument('<model>', 'a name, a YAML file or an .onnx file')
    .option('--json', 'as JSON')
    .action(async (name, { json }) => {
      const { inspectOnnx } = await import('../../../models/onnx/inspect.js');
      const { proposeSpec } = await import('../../../models/onnx/propose-spec.js');
      for (const [label, path] of await filesOf(name, context)) {
        const inspection = inspectOnnx(path);
        // A model that is known has a spec already.
        const proposal = name.endsWith('.onnx') ? proposeSpec(path, inspection) : undefined;
        if (json === true) {
          const shown = proposal === undefined ? inspection : { ...inspection, proposal };
          context.out(jsonText({ file: path, ...shown }));
          continue;
        }
        context.out(`${label}\n${describe(inspection, path)}\n`);
        if (proposal !== undefined) context.out(describeProposal(proposal));
        else if (name.endsWith('.onnx')) context.out(`\n${NO_PROPOSAL}\n`);
      }
    });

async function filesOf(name: string, context: CliContext): Promise<readonly (readonly [string, string])[]> {
  if (name.endsWith('.onnx')) return [[name, resolve(context.cwd, name)]];
  const { ensureModelFiles } = await import('../../../models/sources/pull.js');
  const { loadModelSpec } = await import('../../../runners/load-spec.js');
  const { createDownloadProgress } = await import('../../download-progress.js');
  const { spec, folder } = await loadModelSpec(name, context.cwd);
  const files = await ensureModelFiles(spec.files ?? {}, {
    name: spec.name,
    baseDir: folder,
    env: context.env,
    onProgress: createDownloadProgress(context),
    signal: context.signal,
  });
  return Object.entries(files).map(([role, { path }]) => [
    role === 'model' ? name : `${name} (${role})`,
    path,
  ]);
}

function describe(model: OnnxInspection, path: string): string {
  const values = (list: OnnxInspection['inputs']): string =>
    list
      .map((v) => escapeControls(`${v.name} ${v.dtype} [${(v.shape ?? []).join(', ')}]`))
      .join('\n              ');
  const operators = Object.entries(model.operators).map(([type, n]) => escapeControls(`${type} ${n}`));
  const facts: readonly (readonly [string, string])[] = [
    ['inputs', values(model.inputs)],
    ['outputs', values(model.outputs)],
    [
      'opset',
      Object.entries(model.opsets)
        .map(([domain, v]) => `${domain === '' ? 'ai.onnx' : escapeControls(domain)} ${v}`)
        .join(', '),
    ],
    ['precision', model.precision],
    [
      'parameters',
      `${(model.parameters.elements / 1e6).toFixed(2)} million, ${formatMegabytes(model.parameters.bytes)} MB`,
    ],
    ['size', `${formatMegabytes(model.fileBytes)} MB`],
    ...model.externalFiles.map(({ location, bytes }) => {
      const there = existsSync(join(dirname(path), location)) ? '' : ', which is missing';
      return ['weights in', `${escapeControls(location)}, ${formatMegabytes(bytes)} MB${there}`] as const;
    }),
    ['producer', `${escapeControls(model.producer)} (IR version ${model.irVersion})`],
    ['operators', wrap(operators, 64).join('\n              ')],
  ];
  return facts.map(([key, value]) => `  ${key.padEnd(11)} ${value}`).join('\n');
}

const NO_PROPOSAL =
  'no spec proposed: expected one picture of three channels, [1, 3, height, width] or [1, height, width, 3]';

function describeProposal({ yaml, unknown }: Proposal): string {
  const questions = unknown.map((text) => `#   ${escapeControls(text)}`).join('\n');
  return `\na spec to start from (what the graph does not say is listed below)\n\n${yaml}\n# not known:\n${questions}\n`;
}

function wrap(items: readonly string[], width: number): readonly string[] {
  const lines: string[] = [''];
  for (const item of items) {
    const line = lines[lines.length - 1];
    if (line !== '' && line.length + item.length + 2 > width) lines.push(item);
    else lines[lines.length - 1] = line === '' ? item : `${line}, ${item}`;
  }
  return lines;
}
