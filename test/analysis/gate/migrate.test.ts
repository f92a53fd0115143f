import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { migrateGate } from '../../../src/analysis/gate/migrate.js';

const OLD = `# yaml-language-server: $schema=../gate.schema.json
# Ours.

name: mine # as in the meeting
minimumImages: 50
accuracy:
  # small enough
  - { metric: iou, margin: 0.01 }
catastrophes:
  - { metric: iou, worseThan: 0.5, maximum: 0 } # none at all
losses: [{ metric: iou, over: 0.1, maximumShare: 0.02, maximum: 3 }]
`;

describe('a gate of 0.1', () => {
  it('is rewritten with its comments, and says which verdicts change', () => {
    const { text, changes } = migrateGate(OLD, 'mine.yaml');
    expect(text).toBe(`# yaml-language-server: $schema=../gate.schema.json
# Ours.

version: 2
name: mine # as in the meeting
minimumImages: 50
accuracy:
  # small enough
  - { metric: iou, margin: 0.01 }
catastrophes:
  - { metric: iou, worseThan: 0.5, maximumShare: 0.01 } # none at all
losses: [ { metric: iou, over: 0.1, maximumShare: 0.02 } ]
`);
    expect(
      changes.filter((change) => change.includes('"maximum: ')).map((line) => line.slice(0, 46)),
    ).toEqual([
      'losses of iou: "maximum: 3" counted these very',
      'catastrophes of iou: "maximum: 0" counted thes',
    ]);
    expect(changes.join('\n')).toContain('(iou within 0.01 takes 329 images, where nothing changes)');
    expect(changes.join('\n')).toContain('"minimumImages: 50" can only raise');
  });

  it('is left alone once it is rewritten', () => {
    const { text } = migrateGate(OLD, 'mine.yaml');
    expect(migrateGate(text, 'mine.yaml')).toEqual({ text, changes: [] });
  });

  it('in flow style or with a comment right above its first key is one as well', () => {
    for (const old of [
      '{ name: a, size: { maximumRatio: 2 } }',
      '# first\nname: a\nsize: { maximumRatio: 2 }\n',
    ]) {
      expect(parse(migrateGate(old, 'a.yaml').text)).toEqual({
        version: 2,
        name: 'a',
        size: { maximumRatio: 2 },
      });
    }
    expect(migrateGate('# first\nname: a\nsize: { maximumRatio: 2 }\n', 'a.yaml').text).toMatch(
      /^# first\nversion: 2\n/,
    );
  });

  it('allows nothing that it did not: a share of none becomes one that can be shown', () => {
    const none = 'name: a\nlosses: [{ metric: iou, over: 0.1, maximumShare: 0 }]\n';
    const { text, changes } = migrateGate(none, 'a.yaml');
    expect(text).toContain('maximumShare: 0.01');
    expect(changes[0]).toContain('"maximumShare: 0" counted');
  });

  it('whose mean has no bound is refused until it says what it assumes', () => {
    const old = 'name: a\naccuracy: [{ metric: matting.sad, margin: 1 }]\n';
    expect(() => migrateGate(old, 'a.yaml')).toThrow('matting.sad has no largest or no smallest value');
    expect(migrateGate(`assume: no-rare-disasters\n${old}`, 'a.yaml').text).toMatch(/^version: 2\nassume/);
  });

  it.each(['', 'just text', 'name: [', 'name: a\nacuracy: []\n'])(
    'that is no gate is refused: %j',
    (text) => {
      expect(() => migrateGate(text, 'a.yaml')).toThrow();
    },
  );
});
