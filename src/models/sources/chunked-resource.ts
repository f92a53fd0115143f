import { z } from 'zod';
import { MaskbenchError } from '../../core/errors.js';

/** A piece of a resource: a member of the package that is named by its sha256. */
interface Chunk {
  readonly sha256: string;
  readonly from: number;
  readonly to: number;
}

export interface Resource {
  readonly bytes: number;
  /** In order, without gap or overlap. */
  readonly chunks: readonly Chunk[];
}

const indexSchema = z.record(
  z.string(),
  z.object({
    size: z.int().nonnegative(),
    chunks: z.array(
      z.object({
        hash: z.string().regex(/^[0-9a-f]{64}$/),
        offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
      }),
    ),
  }),
);

/**
 * Finds a resource in a package's index: `{"/models/x": {size, chunks: [{hash, offsets: [from, to]}]}}`.
 *
 * @throws MaskbenchError `source.unreachable` if it is not listed, `data.unreadable` if the index makes no sense.
 */
export function findResource(indexText: string, name: string, where: string): Resource {
  const index = parseIndex(indexText, where);
  const entry = index[name];
  if (entry === undefined) {
    throw new MaskbenchError('source.unreachable', `the package has no resource "${name}"`, {
      where,
      remedy: `it has ${Object.keys(index).join(', ')}`,
    });
  }
  const chunks = entry.chunks.map(({ hash, offsets }) => ({
    sha256: hash,
    from: offsets[0],
    to: offsets[1],
  }));
  const end = chunks.reduce((position, { from, to }) => (from === position && to >= from ? to : -1), 0);
  if (end !== entry.size) {
    throw new MaskbenchError(
      'data.unreadable',
      `the chunks of "${name}" do not add up to ${entry.size} bytes`,
      {
        where,
      },
    );
  }
  return { bytes: entry.size, chunks };
}

function parseIndex(text: string, where: string): z.output<typeof indexSchema> {
  try {
    return indexSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new MaskbenchError('data.unreadable', 'the index of resources has an unknown form', {
      where,
      cause,
    });
  }
}
