import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { withSum } from '../../dist/core/line-sum.js';

/**
 * A new file of JSON lines with their sums, written no faster than the disk takes them.
 *
 * @param {string} path
 */
export function lines(path) {
  const stream = createWriteStream(path);
  return {
    /** @param {object} record */
    async write(record) {
      if (!stream.write(`${withSum(JSON.stringify(record))}\n`)) await once(stream, 'drain');
    },
    async end() {
      stream.end();
      await once(stream, 'finish');
    },
  };
}
