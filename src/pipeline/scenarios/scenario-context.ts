import type { TimedModel } from '../../runners/onnx/timing/time-together.js';
import type { TimingPlan } from '../timing/timing-plan.js';

/** The model that a scenario is run for. */
export interface ScenarioContext {
  readonly model: TimedModel;
  readonly plan: TimingPlan;
  readonly signal: AbortSignal;
}
