import { resolveDataset } from '../../datasets/resolve.js';
import type { CliContext } from '../context.js';

export async function pullDatasetCommand(
  name: string,
  _options: { readonly acceptTerms?: boolean },
  context: CliContext,
): Promise<number> {
  await resolveDataset(name, { cwd: context.cwd, env: context.env });
  return 0;
}
