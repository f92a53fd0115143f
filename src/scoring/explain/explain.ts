import { percent } from '../../core/text.js';
import type { CheckedReading } from '../../datasets/values/read-checked.js';
import { sayReading } from '../../datasets/values/contradiction.js';
import { readStoredPixels } from '../../image/codec.js';
import { countedValues, type IgnoredPixels } from '../../image/ignored-pixels.js';
import type { GrayImage } from '../../image/raster.js';
import { whole } from '../../metrics/explain-text.js';
import type { Pair } from '../../metrics/metric.js';
import type { Step } from '../../metrics/protocol.js';
import { metricsOf, protocolsOf } from '../../metrics/registry.js';
import { scorePair } from '../../metrics/score-pair.js';
import { RESIZE_METHOD, signatureOf } from '../../metrics/signature.js';
import { loadPair } from '../load-pair.js';
import { loadTruth } from '../load-truth.js';
import type { FolderScoring } from '../folders/score-folders.js';
import type { Explanation } from './explanation.js';

interface ExplainedFiles {
  readonly predictionPath: string;
  readonly truthPath: string;
  /** The image, where a protocol needs its colours. */
  readonly imagePath?: string | undefined;
  readonly predictionReading: CheckedReading;
  readonly truthReading: CheckedReading;
}

/** @throws MaskbenchError `data.*`, naming the file. */
export async function explainPair(
  { predictionPath, truthPath, imagePath, predictionReading, truthReading }: ExplainedFiles,
  { protocols, conventions, readings, resize }: FolderScoring,
): Promise<Explanation> {
  const truth = await loadTruth(truthPath, truthReading, metricsOf(protocols), imagePath);
  const pair = await loadPair(predictionPath, truth, conventions, resize, predictionReading);
  return {
    files: [
      { label: 'prediction', text: predictionPath },
      { label: '', text: await describe(predictionPath, predictionReading) },
      ...(await resized(predictionPath, pair)),
      ...describeValues(pair.prediction, truth.ignored),
      { label: 'ground truth', text: truthPath },
      { label: '', text: await describe(truthPath, truthReading) },
      ...describeValues(truth.image, truth.ignored),
    ],
    protocols: protocols.map((protocol) => ({
      protocol,
      signature: signatureOf(protocol, { ...conventions, resize }, readings.inSignature),
      steps: protocolsOf([protocol]).flatMap((of) => of.explain?.(pair) ?? []),
      metrics: scorePair(pair, metricsOf([protocol])),
    })),
  };
}

async function describe(path: string, { reading }: CheckedReading): Promise<string> {
  const { format, width, height, colour, hasAlpha, bits } = await readStoredPixels(path);
  const { as, channel } = reading;
  const isLuma = channel === 'luma' || (channel === 'grey' && colour === 'colour');
  const from = isLuma
    ? 'luma (ITU-R 601)'
    : ['red', 'green', 'blue', 'index'].includes(channel)
      ? channel
      : '';
  const read = [
    ...(as === 'opacity' && bits > 8 ? ['of each value the high 8 bits are read'] : []),
    ...(channel === 'cutout' || channel === 'alpha' ? ['alpha is the matte'] : []),
    ...(from === '' ? [] : [`${from} is the matte`]),
    ...(as === 'opacity' && reading.ignore === undefined ? [] : [`read as ${sayReading(reading)}`]),
  ];
  const layout = `${format.toUpperCase()}, ${width} x ${height}, ${bits} bit ${colour}${hasAlpha ? ' with alpha' : ''}`;
  return [layout, ...read].join('; ');
}

async function resized(path: string, { prediction: { width, height } }: Pair): Promise<readonly Step[]> {
  const stored = await readStoredPixels(path);
  if (stored.width === width && stored.height === height) return [];
  return [
    { label: '', text: `resized to ${width} x ${height}, the ground truth\u2019s size (${RESIZE_METHOD})` },
  ];
}

/** The values of the pixels that count, and how many do not. */
export function describeValues(image: GrayImage, ignored: IgnoredPixels | undefined): readonly Step[] {
  const data = countedValues(image, ignored);
  const counts = new Uint32Array(256);
  for (let i = 0; i < data.length; i++) counts[data[i]]++;
  const present = [...counts.keys()].filter((value) => counts[value] > 0);
  const [min, max] = [present[0], present[present.length - 1]];
  const soft = data.length - counts[0] - counts[255];
  const shareOf = (n: number, all: number): string => `${whole(n)} pixels (${percent(n / all)})`;
  const values = `values ${min}..${max}, ${present.length} of them distinct; ${shareOf(soft, data.length)} strictly between 0 and 255`;
  if (ignored === undefined) return [{ label: '', text: values }];
  const text = `${shareOf(ignored.count, image.data.length)} are ignored and count nowhere; of the others:`;
  return [
    { label: '', text },
    { label: '', text: values },
  ];
}
