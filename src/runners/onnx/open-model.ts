import type { Fed, Feeding, Inferred, NetworkValue } from '../../models/feedings/feeding.js';
import type { NetworkSpec } from '../../models/spec/spec.js';
import { feedingOf } from '../../models/feedings/registry.js';
import { openOrtSession, type OrtNetwork, type OrtSessionRequest } from './ort-session.js';

/** What is copied to a device that is no CPU, and back. */
export interface Copied {
  readonly inBytes: number;
  readonly outBytes: number;
}

/** A model ready to compute. */
export interface OpenModel {
  readonly feeding: Feeding;
  /** Whether ONNX Runtime knows the shape of what comes out, as far as it matters. */
  readonly isKnown: boolean;
  /** Whether it is one network whose inputs leave the number of pictures open. */
  readonly takesBatches: boolean;
  /** Blocks its thread while it computes. */
  infer(fed: Fed): Promise<Inferred>;
  /** The same networks, fed and read as another spec says. */
  fedAs(spec: NetworkSpec): Pick<OpenModel, 'feeding' | 'infer'>;
  /** Bytes that all inferences so far took in and gave, over all networks. */
  copied(): Copied;
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
    const copied = (): Copied => {
      const all = Object.values(networks).map((network) => network.copied);
      return {
        inBytes: all.reduce((sum, { inBytes }) => sum + inBytes, 0),
        outBytes: all.reduce((sum, { outBytes }) => sum + outBytes, 0),
      };
    };
    const [only, ...others] = Object.values(networks);
    const isOpen = ({ shape: [first] }: NetworkValue): boolean => typeof first !== 'number' || first < 1;
    const takesBatches = others.length === 0 && only.inputs.every(isOpen);
    return { ...fedAs(spec), fedAs, isKnown, takesBatches, copied, release, endProfiling };
  } catch (error) {
    await release();
    throw error;
  }
}
