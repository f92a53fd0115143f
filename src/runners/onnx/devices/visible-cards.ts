import type { Gpu, GpuInstance } from './gpu.js';

/** A device as CUDA counts them: a card, or an instance of a divided one. */
export interface VisibleCard {
  readonly gpu: Gpu;
  readonly instance: GpuInstance | null;
}

/**
 * The devices that CUDA sees, in its order: `cuda:N` is the Nth of them. Children are told to count cards as nvidia-smi does
 * (`CUDA_DEVICE_ORDER=PCI_BUS_ID`). With CUDA_VISIBLE_DEVICES only those that it names, up to the first that there is
 * not (CUDA's programming guide); of divided cards one process sees one instance, and no other card beside it (NVIDIA's MIG
 * guide, "CUDA Device Enumeration").
 *
 * @param visible value of CUDA_VISIBLE_DEVICES: numbers, or uuids of cards or instances and beginnings of them
 */
export function visibleCards(
  gpus: readonly Gpu[],
  visible: string | undefined = process.env['CUDA_VISIBLE_DEVICES'],
): readonly VisibleCard[] {
  const named = visible === undefined ? gpus.flatMap(wholeOrFirst) : namedCards(gpus, visible);
  const divided = named.find(({ instance }) => instance !== null);
  return divided === undefined ? named : [divided];
}

/** A card that is divided into nothing is none for CUDA. */
function wholeOrFirst(gpu: Gpu): readonly VisibleCard[] {
  if (gpu.instances === null) return [{ gpu, instance: null }];
  return gpu.instances.slice(0, 1).map((instance) => ({ gpu, instance }));
}

function namedCards(gpus: readonly Gpu[], visible: string): readonly VisibleCard[] {
  const found: VisibleCard[] = [];
  for (const name of visible.split(',').map((part) => part.trim())) {
    const cards = gpus.flatMap((gpu): readonly VisibleCard[] => {
      if (/^\d+$/.test(name)) return gpu.index === Number(name) ? wholeOrFirst(gpu) : [];
      if (name.startsWith('GPU-')) return gpu.uuid?.startsWith(name) === true ? wholeOrFirst(gpu) : [];
      const instances = name.startsWith('MIG-') ? (gpu.instances ?? []) : [];
      return instances.filter(({ uuid }) => uuid.startsWith(name)).map((instance) => ({ gpu, instance }));
    });
    const [card] = cards;
    if (card === undefined) return found;
    found.push(card);
  }
  return found;
}
