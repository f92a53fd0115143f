import { describe, expect, it } from 'vitest';
import { scorePopulations } from '../../../../bench/support/score-populations.mjs';
import { judgeClaims, type Claim } from '../../../../src/analysis/gate/evidence/claims.js';
import { createRandom, type Random } from '../../../../src/stats/random.js';
import { shortOrLong } from '../../../support/long.js';

const options = { level: 0.95, minimum: 30, resamples: 400, seed: 'claims' };

function claim(id: string, own: Float64Array, margin = 0.01): Claim {
  return { id, rule: id, means: id, gains: own, margin, undefinedCandidate: 0 };
}

function gains(random: Random, mean: number, n = 200, sd = 0.02): Float64Array {
  return Float64Array.from({ length: n }, () => mean + sd * random.normal());
}

const verdicts = (claims: readonly Claim[]): string[] =>
  judgeClaims(claims, options).map(({ verdict }) => verdict);

describe('a claim', () => {
  it('passes, fails or stays open by its own bounds', () => {
    const random = createRandom('one');
    expect(verdicts([claim('good', gains(random, 0))])).toEqual(['pass']);
    expect(verdicts([claim('bad', gains(random, -0.03))])).toEqual(['fail']);
    expect(verdicts([claim('open', gains(random, -0.01))])).toEqual(['inconclusive']);
    expect(verdicts([claim('few', gains(random, 0, 29))])).toEqual(['inconclusive']);
  });

  it('cannot pass where the candidate alone has no value for some images', () => {
    const one = { ...claim('holes', gains(createRandom('holes'), 0)), undefinedCandidate: 3 };
    const [check] = judgeClaims([one], options);
    expect(check?.verdict).toBe('inconclusive');
    expect(check?.evidence).toContain('undefined for the candidate alone on 3 images');
  });

  it('says what the data could have shown, and what it would take', () => {
    const [check] = judgeClaims([claim('open', gains(createRandom('power'), -0.009))], options);
    expect(check?.evidence).toMatch(
      /could have shown a loss of 0\.00\d\d; an equal candidate would need \d+ images/,
    );
    expect(check?.figures).toMatchObject({ n: 200, margin: 0.01, level: 0.95 });
  });

  it('never says that fewer images would do than the gate decides from', () => {
    const few = Float64Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? 0.0001 : -0.0001));
    const [check] = judgeClaims([claim('few', few)], options);
    expect(check?.figures.imagesNeeded).toBeLessThan(options.minimum);
    expect(check?.evidence).toContain(`would need ${options.minimum} images to pass`);
  });

  it('that fails barely does not fail among many: Holm asks for more', () => {
    const random = createRandom('barely');
    const barely = gains(random, -0.0135);
    expect(verdicts([claim('barely', barely)])).toEqual(['fail']);
    const others = Array.from({ length: 30 }, (_, i) => claim(`other ${i}`, gains(random, 0)));
    const [check] = judgeClaims([claim('barely', barely), ...others], options);
    expect(check?.verdict).toBe('inconclusive');
    expect(check?.evidence).toContain("not after Holm's correction over 31 claims");
  });

  it('that fails clearly fails among many, and leaves the others more room', () => {
    const random = createRandom('clearly');
    const all = [
      ...Array.from({ length: 4 }, (_, i) => claim(`bad ${i}`, gains(random, -0.05))),
      claim('good', gains(random, 0)),
    ];
    expect(verdicts(all)).toEqual(['fail', 'fail', 'fail', 'fail', 'pass']);
  });
});

// The short form of bench/gate-errors.mjs: gains like those of real models, shifted to where an error is most likely.
describe('the gate errs', () => {
  const RUNS = shortOrLong(100, 400);
  const N = 200;
  const random = createRandom('gate errors');
  const pools = new Map(scorePopulations(random.split('pools')).map((one) => [one.name, one]));
  // 5 % and two standard errors of a share of so many runs
  const BAR = 0.05 + 2 * Math.sqrt((0.05 * 0.95) / RUNS);

  /** A sample of a population, shifted so that its true mean is `mean`. */
  function draw(name: string, mean: number, stream: Random): Float64Array {
    const found = pools.get(name);
    if (found === undefined) throw new Error(`no population ${name}`);
    const drawn = new Uint32Array(N);
    stream.fillBelow(drawn, found.pool.length);
    return Float64Array.from(drawn, (i) => found.pool[i] - found.mean + mean);
  }

  function share(isWrong: (stream: Random) => boolean, seed: string): number {
    const stream = random.split(seed);
    let wrong = 0;
    for (let run = 0; run < RUNS; run++) if (isWrong(stream)) wrong++;
    return wrong / RUNS;
  }

  const quick = { ...options, resamples: 200 };

  it.each(['tied', 'failing'])(
    'in at most 5 of 100 rollouts of what has lost the margin on one claim of three (%s)',
    (name) => {
      const passed = share((stream) => {
        const claims = [
          claim('lost', draw(name, -0.01, stream)),
          claim('better', draw('tiny', 0.01, stream)),
          claim('equal', draw('tiny', 0, stream)),
        ];
        return judgeClaims(claims, quick).every(({ verdict }) => verdict === 'pass');
      }, `pass/${name}`);
      expect(passed).toBeLessThanOrEqual(BAR);
    },
    120_000,
  );

  it.each(['tied', 'failing'])(
    'in at most 5 of 100 refusals of what lies on the margin on every claim of four (%s)',
    (name) => {
      const failed = share((stream) => {
        const claims = Array.from({ length: 4 }, (_, i) => claim(`claim ${i}`, draw(name, -0.01, stream)));
        return judgeClaims(claims, quick).some(({ verdict }) => verdict === 'fail');
      }, `fail/${name}`);
      expect(failed).toBeLessThanOrEqual(BAR);
    },
    120_000,
  );
});
