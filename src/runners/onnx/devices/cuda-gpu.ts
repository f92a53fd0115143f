/**
 * Which of the driver's cards `cuda:N` is: CUDA counts only those in CUDA_VISIBLE_DEVICES, in that order.
 *
 * @param visible value of CUDA_VISIBLE_DEVICES: numbers, or uuids and beginnings of them
 */
export function cudaGpu<T extends { readonly index: number; readonly uuid: string | null }>(
  gpus: readonly T[],
  index: number,
  visible: string | undefined = process.env['CUDA_VISIBLE_DEVICES'],
): T | undefined {
  if (visible === undefined) return gpus.find((gpu) => gpu.index === index);
  const wanted = visible.split(',')[index]?.trim();
  if (wanted === undefined || wanted === '') return undefined;
  return gpus.find((gpu) => String(gpu.index) === wanted || gpu.uuid?.startsWith(wanted) === true);
}
