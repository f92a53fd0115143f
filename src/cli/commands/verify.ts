import { Command } from '@commander-js/extra-typings';
import { folderFrom } from '../../core/objects/object-address.js';
import type { Verification } from '../../schema/verification.js';
import { jsonText } from '../../reports/formats/json.js';
import type { DefineCommand } from '../context.js';

/** `maskbench verify`: whether a run folder is whole, every byte of it. */
export const verify: DefineCommand = (context) =>
  new Command('verify')
    .argument('<run>', 'a run folder')
    .option('--seal', 'seal a finished run that has no seal, marked as sealed later, if all checks pass')
    .option('--json', 'as JSON')
    .action(async (run, { seal, json }) => {
      const { assertMattes, verifyAndSeal, verifyRun } = await import('../../pipeline/verify-run.js');
      const { runFolder } = await import('../../store/run-folder.js');
      const folder = runFolder(folderFrom(context.cwd, run));
      const found = await (seal === true ? verifyAndSeal(folder, run) : verifyRun(folder, run));
      const { evidenceMark } = await import('../../schema/evidence.js');
      context.out(json === true ? jsonText(found) : describe(found, evidenceMark(found.evidence)));
      assertMattes(found);
    });

function describe({ run, cells, files, lines, sums, summary, mattes }: Verification, mark: string): string {
  const n = (count: number): string => count.toLocaleString('en-US');
  const right = mattes.checked - mattes.faults.length;
  return [
    `${run}: ${mark}`,
    `lines    ${n(lines)} in ${files} files; sums of ${sums === 'all' ? 'all' : 'those that have one'}`,
    `cells    ${n(cells.scored)} scored and ${n(cells.failed)} failed of ${n(cells.planned)}, as planned`,
    `summary  ${summary}`,
    `mattes   ${n(right)} of ${n(mattes.checked)} as they were predicted${mattes.notKept === undefined ? '' : `; ${n(mattes.notKept)} not kept, as the run was asked`}`,
    '',
  ].join('\n');
}
