import { describe, expect, test } from 'vitest';
import { MaskbenchError } from '../../../src/core/errors.js';
import { parseYaml } from '../../../src/core/yaml-file.js';
import { encoderDecoderSchema, oneFileSchema } from '../../../src/models/sources/source.js';

const SHA = 'a'.repeat(64);
const MD5 = 'b'.repeat(32);
const COMMIT = 'c'.repeat(40);
const INTEGRITY = `sha512-${'d'.repeat(85)}A==`;

/** The one source of a model's one file. */
function sourceOf(written: unknown): unknown {
  const { model = [] } = oneFileSchema.parse(written);
  expect(model).toHaveLength(1);
  return model[0];
}

describe('a model file source', () => {
  test('may be written as an object of each kind', () => {
    expect(sourceOf({ kind: 'file', path: './m.onnx' })).toEqual({
      kind: 'file',
      path: './m.onnx',
    });
    expect(sourceOf({ kind: 'hf', repo: 'o/n', path: 'm.onnx', sha256: SHA })).toMatchObject({
      revision: 'main',
    });
    expect(
      sourceOf({
        kind: 'npm',
        package: '@s/p',
        version: '1.0.0',
        integrity: INTEGRITY,
        resource: '/m',
      }),
    ).toMatchObject({ index: 'dist/resources.json' });
  });

  test('may pin the files beside a model that its weights are in, for all mirrors', () => {
    const mirror = { kind: 'https', url: 'https://example.org/m.onnx', sha256: SHA };
    const data = (pins: object) => ({ ...mirror, data: { 'm.onnx_data': pins } });
    const { model } = oneFileSchema.parse([data({ bytes: 12 }), data({ sha256: SHA }), mirror]);
    const pins = { 'm.onnx_data': { sha256: SHA, bytes: 12 } };
    expect(model?.map((source) => source.data)).toEqual([pins, pins, pins]);
    const messages = (value: unknown) => oneFileSchema.safeParse(value).error?.issues.map((i) => i.message);
    expect(messages([data({ bytes: 12 }), data({ bytes: 13 })])).toEqual([
      '"m.onnx_data" of mirrors must be the same bytes, but they state different bytes: 12, 13',
    ]);
    expect(messages(data({ sha: SHA }))).toEqual([expect.stringMatching(/"sha"/)]);
  });

  test('may be written as one line', () => {
    expect(sourceOf('file:models/my.onnx')).toEqual({
      kind: 'file',
      path: 'models/my.onnx',
    });
    expect(sourceOf(`https://example.org/m.onnx#sha256=${SHA}&bytes=12`)).toEqual({
      kind: 'https',
      url: 'https://example.org/m.onnx',
      sha256: SHA,
      bytes: 12,
    });
    expect(sourceOf(`hf:owner/name@${COMMIT}/onnx/model.onnx#sha256=${SHA}`)).toEqual({
      kind: 'hf',
      repo: 'owner/name',
      revision: COMMIT,
      path: 'onnx/model.onnx',
      sha256: SHA,
    });
    expect(sourceOf(`npm:@s/p@1.2.3#integrity=${INTEGRITY}&path=dist/m.onnx`)).toMatchObject({
      kind: 'npm',
      package: '@s/p',
      version: '1.2.3',
      integrity: INTEGRITY,
      path: 'dist/m.onnx',
    });
  });

  test.each([
    ['no kind at all', 'model.onnx', /not a source/],
    ['an unknown kind', 'ftp://x/y', /not a kind of source/],
    ['a hub path without a file', 'hf:owner', /write hf:/],
    ['an inexact package version', `npm:p@^1.0.0#integrity=${INTEGRITY}&path=x`, /version: an exact version/],
    ['an option that is none', 'file:x#what', /key=value/],
    ['plain http to elsewhere', `http://example.org/m.onnx#md5=${MD5}`, /https address/],
    ['a password in the address', `https://u:p@example.org/m.onnx#md5=${MD5}`, /without user and password/],
    ['a short checksum', 'https://example.org/m.onnx#sha256=abc', /64 lower-case/],
    ['a path that climbs', 'hf:o/n/../../x', /without "\.\."/],
    ['a shell in a package name', `npm:p;rm@1.0.0#integrity=${INTEGRITY}&path=x`, /package name/],
    ['a package with neither path nor resource', `npm:p@1.0.0#integrity=${INTEGRITY}`, /either the "path"/],
  ])('is refused with %s', (_what, text, message) => {
    const result = oneFileSchema.safeParse(text);
    expect(result.error?.issues.map((issue) => issue.message).join()).toMatch(message);
  });
});

describe('the files of a model', () => {
  test('are one source, mirrors, or either of them by role', () => {
    const one = `https://example.org/m.onnx#md5=${MD5}`;
    expect(Object.keys(oneFileSchema.parse(one))).toEqual(['model']);
    expect(oneFileSchema.parse([one, 'file:m.onnx'])['model']).toHaveLength(2);
    const roles = encoderDecoderSchema.parse({ encoder: one, decoder: [one, 'file:d.onnx'] });
    expect(Object.keys(roles)).toEqual(['encoder', 'decoder']);
    expect(roles['decoder']).toHaveLength(2);
  });

  test('share the pins of their mirrors, which hold the same bytes', () => {
    const [first, second] =
      oneFileSchema.parse([
        { kind: 'https', url: 'https://example.org/m.onnx', md5: MD5, bytes: 7 },
        { kind: 'hf', repo: 'o/n', revision: COMMIT, path: 'm.onnx', sha256: SHA },
      ])['model'] ?? [];
    expect(first).toMatchObject({ sha256: SHA, md5: MD5, bytes: 7 });
    expect(second).toMatchObject({ sha256: SHA, md5: MD5, bytes: 7 });
  });

  test('are refused where mirrors contradict each other', () => {
    const result = oneFileSchema.safeParse([
      `https://example.org/m.onnx#sha256=${SHA}`,
      `https://example.net/m.onnx#sha256=${'e'.repeat(64)}`,
    ]);
    expect(result.error?.issues[0]?.message).toMatch(/different sha256/);
  });

  test('must pin a download, or say why not', () => {
    const url = 'https://example.org/m.onnx';
    expect(oneFileSchema.safeParse({ kind: 'https', url }).error?.issues[0]?.message).toMatch(/pin/);
    expect(oneFileSchema.safeParse({ kind: 'https', url, unpinned: 'none known' }).success).toBe(true);
  });

  test('are located in the YAML file when something is wrong with them', () => {
    const yaml = `encoder:\n  - kind: https\n    url: https://example.org/m.onnx\n    sha265: ${SHA}\n`;
    const error = thrownBy(() => parseYaml(yaml, 'm.yaml', encoderDecoderSchema));
    expect(error.where).toBe('m.yaml:4:5');
    expect(error.message).toMatch(/unknown key "sha265"; did you mean "sha256"\?/);
  });
});

function thrownBy(action: () => unknown): MaskbenchError {
  try {
    action();
  } catch (error) {
    if (error instanceof MaskbenchError) return error;
  }
  throw new Error('expected a MaskbenchError');
}
