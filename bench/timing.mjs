// The bars of the timing pass (docs/timing.md). On a quiet machine, one part after another:
//
//   node bench/timing.mjs [bias] [same] [neighbour] [planted] [undisturbed] [--rounds 10] [--pairs 20] [--runs 10] [--model NAME]
//     [--keep FILE]     of bias, same and neighbour: keeps what was measured, so that rounds and pairs can be made in several goes
//
// bias: the pass against a bare loop of session.run; same: one model timed twice; neighbour: the same
// beside a process that comes and goes; planted: violations that the seal must
// catch; undisturbed: how often a quiet machine is found quiet. Set VK_ICD_FILENAMES for the planted fallback.
import { parseArgs } from 'node:util';
import { printMachine } from './support/print.mjs';
import { bias } from './support/timing/bias.mjs';
import { planted } from './support/timing/planted.mjs';
import { sameModel } from './support/timing/same-model.mjs';
import { undisturbed } from './support/timing/undisturbed.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '10' },
    pairs: { type: 'string', default: '20' },
    runs: { type: 'string', default: '10' },
    model: { type: 'string' },
    keep: { type: 'string' },
  },
});

/** @type {Record<string, (() => Promise<boolean>) | undefined>} */
const PARTS = {
  bias: () => bias({ rounds: Number(values.rounds), only: values.model, keep: values.keep }),
  same: () => sameModel({ pairs: Number(values.pairs), neighbour: false, keep: values.keep }),
  neighbour: () => sameModel({ pairs: Number(values.pairs), neighbour: true, keep: values.keep }),
  planted: () => planted(),
  undisturbed: () => undisturbed({ runs: Number(values.runs) }),
};

printMachine();
const asked = positionals.length > 0 ? positionals : Object.keys(PARTS);
for (const name of asked) {
  const part = PARTS[name];
  if (part === undefined) {
    console.error(`no part named ${name}; there are ${Object.keys(PARTS).join(', ')}`);
    process.exit(64);
  }
  console.log(`\n${name}`);
  if (!(await part())) process.exitCode = 1;
}
