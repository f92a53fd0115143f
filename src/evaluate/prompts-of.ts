import type { ModelPaths } from '../models/ensure-model.js';
import { openPrompts, type PromptOf } from '../models/prompts.js';
import type { ModelSpec } from '../models/spec.js';

/** What a model is asked of each image; nothing, unless it is promptable. */
export async function promptsOf(spec: ModelSpec, paths: ModelPaths): Promise<PromptOf> {
  return spec.feeding === 'sam' ? openPrompts(spec.prompts, paths['prompts']) : () => undefined;
}
