import { describe, expect, it } from 'vitest';
import { statusText, type Status } from '../../src/cli/status-line.js';

const status = (of: Partial<Status>): Status => ({
  label: 'predict luma',
  done: 0,
  total: 12,
  startedMs: 0,
  ...of,
});

describe('a line of progress', () => {
  it('is a bar from the first moment, and guesses nothing then', () => {
    expect(statusText(status({}), 0, 79)).toBe('predict luma ░░░░░░░░░░ 0/12  0.0 s');
    expect(statusText(status({ done: 2 }), 400, 79)).not.toContain('left');
  });

  it('says what is left and how fast it goes, with what is done at the moment', () => {
    const text = statusText(status({ done: 3, note: 'luma round 2 of 9' }), 6000, 119);
    expect(text).toBe('predict luma █████░░░░░░░░░░░░░░░ 3/12  18 s left  luma round 2 of 9  2.0 s each');
  });

  it('never says that nothing is left while it goes on', () => {
    for (const done of [11.9, 12, 13])
      for (const ms of [1000, 5000, 60_000]) {
        const text = statusText(status({ done }), ms, 79);
        expect(text).not.toMatch(/\b0(\.\d)? s left|-\d/);
      }
  });

  it('expects more the longer nothing comes', () => {
    const left = (ms: number): number =>
      Number(/(\d+) s left/.exec(statusText(status({ done: 6 }), ms, 79))?.[1]);
    expect(left(40_000)).toBeGreaterThan(left(20_000));
  });

  it('counts speed and what is left from where the counted work began', () => {
    expect(statusText(status({ done: 6, countedFromMs: 50_000 }), 60_000, 79)).toContain('10 s left');
  });

  it('moves where it is not known how much there is, and shows no rest', () => {
    const at = (done: number): string => statusText(status({ done, total: undefined }), 3000, 79);
    expect(at(4)).toContain(' 4  3 s');
    expect(at(5).replace('5', '4')).not.toBe(at(4));
    expect(at(4)).not.toContain('left');
  });

  it.each([30, 59, 79, 119])('fits %i columns', (width) => {
    const long = status({ label: `time ${'a-model-'.repeat(12)}`, done: 5, note: 'x'.repeat(60) });
    const text = statusText(long, 10_000, width);
    expect(text.length).toBeLessThanOrEqual(width);
    if (width > 50) expect(text).toContain('14 s left');
  });

  it('says on a narrow terminal, too, which model is timed and in which round', () => {
    const timed = status({ label: 'time 3 models', done: 2, note: 'silueta-320-distilled round 1 of 9' });
    expect(statusText(timed, 4000, 59)).toBe('time 3 mode… █░░░░░░░░░ 2/12  20 s left  …lled round 1 of 9');
  });

  it('shows what a name holds as text', () => {
    const text = statusText(status({ label: 'a\u001b[2J', note: 'b\u0007' }), 0, 119);
    expect(text).toContain('a\\u001b[2J');
    expect(text).toContain('b\\u0007');
  });
});
