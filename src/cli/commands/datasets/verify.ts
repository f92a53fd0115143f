import { Command } from '@commander-js/extra-typings';
import { EXIT_STATUS, escapeControls } from '../../../core/errors.js';
import { jsonText } from '../../../reports/formats/json.js';
import type { DefineCommand } from '../../context.js';
import { ticker } from '../../ticker.js';

/** `maskbench datasets verify`: every file decoded; 65 if something makes samples unusable. */
export const verify: DefineCommand = (context, setStatus) =>
  new Command('verify')
    .description('decode every file and name what is wrong; prints the fingerprint')
    .argument('<dataset>', 'a name or a YAML file')
    .option('--json', 'as JSON')
    .action(async (name, { json }) => {
      const { fingerprintDataset } = await import('../../../datasets/fingerprint.js');
      const { loadDataset } = await import('../../../datasets/load.js');
      const { sayReading } = await import('../../../datasets/values/contradiction.js');
      const { verifyDataset } = await import('../../../datasets/verify.js');
      const dataset = await loadDataset(name, context);
      const findings: unknown[] = [];
      const counts = await verifyDataset(dataset, {
        signal: context.signal,
        onProgress: ticker(context, (done: number) => `verified ${done}`),
        onFinding: (finding) => {
          if (json === true) findings.push(finding);
          else {
            const { path, message, code } = finding.problem;
            context.out(
              `${finding.severity}: ${escapeControls(path)}: ${escapeControls(message)} (${code})\n`,
            );
          }
        },
      });
      const fingerprint =
        counts.errors === 0
          ? (await fingerprintDataset(dataset, { signal: context.signal })).fingerprint
          : null;
      if (json === true) context.out(jsonText({ ...counts, fingerprint, findings }));
      else {
        if (counts.values !== null) context.out(`masks are read as ${sayReading(counts.values.reading)}\n`);
        context.out(
          `${counts.samples} pairs, ${counts.errors} ${counts.errors === 1 ? 'error' : 'errors'}, ${counts.warnings} ${counts.warnings === 1 ? 'warning' : 'warnings'}\n`,
        );
        if (fingerprint !== null) context.out(`fingerprint ${fingerprint}\n`);
      }
      setStatus(counts.errors > 0 ? EXIT_STATUS['data.unreadable'] : 0);
    });
