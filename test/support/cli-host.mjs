// The command line of a build as a process that stays, for tests of a build that is not this one: a message of a command
// line and its folder in, what came of it out.
//
//   fork('cli-host.mjs', [<dist/cli/program.js>])

/** @typedef {{ readonly argv: readonly string[], readonly cwd: string }} CommandLine */

/** @type {typeof import('../../src/cli/program.js')} */
const { runCli } = await import(process.argv[2]);

process.on('message', (/** @type {CommandLine} */ line) => void answer(line));
process.on('disconnect', () => process.exit(0));

/** @param {CommandLine} line */
async function answer({ argv, cwd }) {
  let [out, err] = ['', ''];
  const status = await runCli(argv, {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    outIsTerminal: false,
    cwd,
    env: process.env,
    interactive: false,
    signal: new AbortController().signal,
  });
  process.send?.({ status, out, err });
}
