import { fileURLToPath } from 'node:url';

/**
 * Path of a compiled file: what a process or thread is started with, a script for the page, a kernel. Under a test runner that runs the TypeScript
 * sources that is the sibling in dist/, since Node itself cannot run them.
 */
export function compiledEntry(url: URL): string {
  return fileURLToPath(url).replace(/([\\/])src([\\/](?:image|runners|scoring|reports)[\\/])/, '$1dist$2');
}
