import { linkSync, mkdirSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';

/**
 * `im/NNNNN.jpg` and `gt/NNNNN.png`, as many as wanted: hard links to the few pairs that there are.
 *
 * @param {string} pairs
 * @param {string} to
 * @param {number} count
 */
export function linkMany(pairs, to, count) {
  for (const side of ['im', 'gt']) {
    mkdirSync(join(to, side), { recursive: true });
    const files = readdirSync(join(pairs, side)).sort();
    for (let i = 0; i < count; i++) {
      const file = files[i % files.length];
      linkSync(join(pairs, side, file), join(to, side, `${String(i).padStart(5, '0')}${extname(file)}`));
    }
  }
}
