import { fileURLToPath } from 'node:url';

/**
 * Path of the compiled file that a process or thread is started with. Under a test runner that runs the TypeScript
 * sources that is the sibling in dist/, since Node itself cannot run them.
 */
export function compiledEntry(url: URL): string {
  return fileURLToPath(url).replace(/([\\/])src([\\/](?:runners|evaluate|reports)[\\/])/, '$1dist$2');
}
