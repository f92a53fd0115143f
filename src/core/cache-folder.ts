import envPaths from 'env-paths';

/**
 * The folder that whatever is fetched is kept in: the one given, else MASKBENCH_CACHE, else the platform's cache folder
 * (Linux: XDG_CACHE_HOME or ~/.cache, then /maskbench).
 *
 *     <cache>/models/<sha256>.onnx      the bytes; content-addressed, so mirrors and specs share them
 *     <cache>/models/<sha256>.data      the same of a file that holds weights of a model
 *     <cache>/models/<sha256>.json      what they were when they came in: size, time stamp, source; of a network, which files its weights are in
 *     <cache>/models/<sha256>/          a model with such files: links to all of them, by the names that the model has for them
 *     <cache>/names/<key>.json          checksum, or hash of an unpinned source -> sha256, resolved commit
 *     <cache>/engines/, <cache>/gpu/    ONNX Runtime, and CUDA for it
 *     <cache>/objects/                  what was fetched out of buckets (core/objects)
 *     <cache>/tmp/                      what is being fetched; a killed process's rest is taken over or removed
 */
export function resolveCacheDir(given?: string, env: NodeJS.ProcessEnv = process.env): string {
  const override = given ?? env.MASKBENCH_CACHE;
  return override === undefined || override === '' ? envPaths('maskbench', { suffix: '' }).cache : override;
}
