/** The process that asks the loader for libraries, each by its name, with the path that a process that runs models gets. */
import { whyUnopened } from '../gpu/open-library.js';

const answers = process.argv.slice(2).map((name) => whyUnopened(name) ?? null);
process.stdout.write(JSON.stringify(answers));
