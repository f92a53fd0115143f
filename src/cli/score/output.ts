import type { FolderPlan } from '../../scoring/folders/folder-plan.js';
import type { FolderCell, FolderResults, FolderScoring } from '../../scoring/folders/score-folders.js';

/** How scores are written: cell by cell as they come, so that nothing piles up, and what they come to at the end. */
export interface ScoreOutput {
  cell(cell: FolderCell): void;
  end(results: FolderResults): void;
}

export interface OutputRequest {
  readonly plan: FolderPlan;
  readonly scoring: FolderScoring;
  readonly perImage: boolean;
  out(text: string): void;
}
