import type { Fed, Feeding, Inferred } from '../../models/feedings/feeding.js';
import type { NetworkSpec } from '../../models/spec/spec.js';
import { feedingOf } from '../../models/feedings/registry.js';
import { openOrtSession, type OrtNetwork, type OrtSessionRequest } from './ort-session.js';

/** A model ready to compute. */
export interface OpenModel {
  readonly feeding: Feeding;
  /** Whether ONNX Runtime knows the shape of what comes out, as far as it matters. */
  readonly isKnown: boolean;
  /** Blocks its thread while it computes. */
  infer(fed: Fed): Promise<Inferred>;
  /** The same networks, fed and read as another spec says. */
  fedAs(spec: NetworkSpec): Pick<OpenModel, 'feeding' | 'infer'>;
  release(): Promise<void>;
  /** Writes the profiles of a model that was opened to be observed. */
  endProfiling(): void;
}

export interface OpenModelRequest extends Omit<OrtSessionRequest, 'modelPath'> {
  readonly spec: NetworkSpec;
  /** Local file of each network, by role. */
  readonly paths: Readonly<Record<string, string>>;
}

/**
 * Loads every network of a model and checks them against its spec.
 *
 * @throws MaskbenchError `device.unavailable`, `model.load` or `model.signature` (its inputs or outputs are not the
 * spec's).
 */
export async function openModel(request: OpenModelRequest): Promise<OpenModel> {
  const { spec, paths, ...session } = request;
  const feeding = feedingOf(spec);
  const networks: Record<string, OrtNetwork> = {};
  const release = async (): Promise<void> => {
    for (const network of Object.values(networks)) await network.release();
  };
  try {
    for (const role of feeding.roles) {
      networks[role] = await openOrtSession({ ...session, modelPath: paths[role] ?? '' });
    }
    const endProfiling = (): void => {
      for (const network of Object.values(networks)) network.endProfiling();
    };
    const isKnown = feeding.checkEnds(networks);
    const fedAs: OpenModel['fedAs'] = (other) => {
      const otherFeeding = feedingOf(other);
      return { feeding: otherFeeding, infer: otherFeeding.connect(networks) };
    };
    return { ...fedAs(spec), fedAs, isKnown, release, endProfiling };
  } catch (error) {
    await release();
    throw error;
  }
}
