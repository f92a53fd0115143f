import type { CommanderError, CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { MaskbenchError } from '../core/errors.js';
import { hintFor } from '../core/names.js';
import { isEach, list } from './arguments.js';

/**
 * What the parser of command lines refuses, in the form of every other error: what is wrong; what would be right.
 *
 * @param whole makes the program with all its commands
 */
export async function usageError(
  { code, message }: CommanderError,
  command: CommandUnknownOpts,
  whole: () => Promise<CommandUnknownOpts>,
): Promise<MaskbenchError> {
  const line = message
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim();
  const [, what = line, near] = /^(.*?) \(Did you mean (?:one of )?(.*)\?\)$/.exec(line) ?? [];
  const remedy = near === undefined ? await remedyFor(code, line, command, whole) : `did you mean ${near}?`;
  const invalid = INVALID.exec(what)?.groups;
  return new MaskbenchError('usage', invalid?.['what'] ?? what.replace(/\.$/, ''), { remedy });
}

/** How the parser says that a value is invalid, and the reason that its reader gives. */
const INVALID =
  /^(?<what>(?:option '(?<flags>.*?)' (?:value|argument)|command-argument value) '(?<value>.*)' (?:from .* )?is invalid(?: for argument '(?<argument>.*)')?)\. (?<reason>.*)\.$/;

async function remedyFor(
  code: string,
  line: string,
  command: CommandUnknownOpts,
  whole: () => Promise<CommandUnknownOpts>,
): Promise<string> {
  const optionIn = (text = ''): Option | undefined =>
    command.options.find(({ flags }) => text.includes(flags));
  switch (code) {
    case 'commander.invalidArgument': {
      const { flags, argument, value = '', reason = '' } = INVALID.exec(line)?.groups ?? {};
      const choices =
        argument === undefined
          ? optionIn(flags)?.argChoices
          : command.registeredArguments.find((one) => one.name() === argument)?.argChoices;
      if (choices === undefined) return reason;
      return hintFor(value, choices, `expected one of ${choices.join(', ')}`);
    }
    case 'commander.optionMissingArgument':
    case 'commander.missingMandatoryOptionValue':
      return `give ${optionIn(line)?.long ?? 'it'}: ${optionIn(line)?.description ?? ''}`;
    case 'commander.conflictingOption':
      return 'leave out one of them';
    case 'commander.unknownOption': {
      const owners = ownersOf(/'(--[^'=]+)/.exec(line)?.[1], await whole());
      const there = owners.length === 0 ? '' : `it is a flag of ${owners.join(', ')}; `;
      return `${there}see "${fullName(command)} --help"`;
    }
    case 'commander.unknownCommand':
      return `see "${fullName(command)} --help"`;
    default:
      return `usage: ${fullName(command)} ${command.usage()}`;
  }
}

/** The commands that have a flag, where another one was given it. */
function ownersOf(flag: string | undefined, program: CommandUnknownOpts): readonly string[] {
  const all = (function within(one: CommandUnknownOpts): readonly CommandUnknownOpts[] {
    return [one, ...one.commands.flatMap(within)];
  })(program);
  return all
    .filter(({ options }) => options.some(({ long }) => long === flag))
    .map((owner) => `"${nameWithin(owner)}"`);
}

/** `baseline set`. */
function nameWithin(command: CommandUnknownOpts): string {
  const { parent } = command;
  return parent === null || parent.parent === null
    ? command.name()
    : `${nameWithin(parent)} ${command.name()}`;
}

/** `maskbench baseline set`. */
function fullName(command: CommandUnknownOpts): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}

/** A flag with a value that is given twice is refused: the last one alone would count, and the other was meant as well. */
export function refuseTwice(command: CommandUnknownOpts): void {
  for (const option of command.options) {
    if (!option.required || isEach(option.parseArg)) continue;
    let isGiven = false;
    command.on(`option:${option.name()}`, () => {
      if (isGiven) {
        const remedy = option.parseArg === list ? 'separate its names by commas' : 'leave out one of them';
        throw new MaskbenchError('usage', `option '${option.flags}' is given twice`, { remedy });
      }
      isGiven = true;
    });
  }
}

/** Affixes may be empty, and are by default. */
const MAY_BE_EMPTY = /(Prefix|Suffix)$/;

/** @throws MaskbenchError `usage` for a path or name without a letter: most often a variable of the shell that is not set. */
export function assertNoneEmpty(command: CommandUnknownOpts): void {
  const why = 'most often a variable of the shell that is not set';
  if (command.args.includes(''))
    throw new MaskbenchError('usage', `an argument of "${nameWithin(command)}" is empty`, {
      remedy: `${why}; usage: ${fullName(command)} ${command.usage()}`,
    });
  for (const option of command.options) {
    const name = option.attributeName();
    if (command.getOptionValue(name) !== '' || MAY_BE_EMPTY.test(name)) continue;
    throw new MaskbenchError('usage', `option '${option.flags}' is empty`, {
      remedy: `${why}; ${option.description}`,
    });
  }
}
