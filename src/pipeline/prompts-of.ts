import type { ModelPaths } from '../models/sources/ensure-model.js';
import { openPrompts, type PromptOf } from '../models/spec/prompts.js';
import type { ModelSpec } from '../models/spec/spec.js';

/** What a model is asked of each image; nothing, unless it is promptable. */
export async function promptsOf(spec: ModelSpec, paths: ModelPaths): Promise<PromptOf> {
  return spec.feeding === 'sam' ? openPrompts(spec.prompts, paths['prompts']) : () => undefined;
}
