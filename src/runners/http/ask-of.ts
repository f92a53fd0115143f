import { basename, extname } from 'node:path';
import { FormData } from 'undici';
import type { PlannedSample } from '../../schema/planned-sample.js';
import type { Ask } from './exchange.js';
import { withValueAt } from './json-path.js';
import type { Secrets } from './secrets.js';
import type { Service } from './spec.js';

const TYPES: Readonly<Record<string, string>> = {
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.bmp': 'image/bmp',
  '.tif': 'image/tiff',
  '.tiff': 'image/tiff',
  '.avif': 'image/avif',
};

type Sample = Pick<PlannedSample, 'dataset' | 'id' | 'imagePath' | 'cells'>;

/**
 * What a service is asked for one picture.
 *
 * @param picture the bytes of its file, unchanged
 * @param idempotencyKey the same for every call of a cell
 */
export function askOf(
  service: Service,
  secrets: Secrets,
  sample: Sample,
  picture: Uint8Array<ArrayBuffer>,
  idempotencyKey: string,
): Ask {
  const address = service.pictures === undefined ? '' : addressOf(service.pictures, sample);
  const url = service.url
    .replaceAll('{url}', () => address)
    .replaceAll('{encoded-url}', () => encodeURIComponent(address));
  const { method, idempotencyHeader } = service;
  const headers = {
    ...secrets.headersFor(url),
    ...(idempotencyHeader === undefined ? {} : { [idempotencyHeader]: idempotencyKey }),
  };
  const { body } = service;
  if (body === undefined) return { method, url, headers };
  const type = TYPES[extname(sample.imagePath).toLowerCase()] ?? 'application/octet-stream';
  if (body.as === 'raw') return { method, url, headers: { 'content-type': type, ...headers }, body: picture };
  if (body.as === 'multipart') {
    const form = new FormData();
    for (const [name, value] of Object.entries(body.fields)) form.append(name, value);
    form.append(body.field, new Blob([picture], { type }), basename(sample.imagePath));
    return { method, url, headers, body: form };
  }
  const base64 = (): string => Buffer.from(picture).toString('base64');
  const image = {
    base64,
    'data-url': () => `data:${type};base64,${base64()}`,
    url: () => address,
  }[body.form]();
  const json = JSON.stringify(withValueAt(body.fields, body.image, image));
  return { method, url, headers: { 'content-type': 'application/json', ...headers }, body: json };
}

function addressOf(template: string, { dataset, id, imagePath }: Sample): string {
  const encoded = (path: string): string => path.split('/').map(encodeURIComponent).join('/');
  return template
    .replaceAll('{dataset}', () => encoded(dataset))
    .replaceAll('{id}', () => encoded(id))
    .replaceAll('{file}', () => encoded(basename(imagePath)));
}
