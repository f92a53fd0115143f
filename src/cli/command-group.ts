import { Command } from '@commander-js/extra-typings';
import type { DefineCommand } from './context.js';

/** A command that only has commands of its own, in the order of its help. */
export const commandGroup =
  (name: string, parts: readonly DefineCommand[]): DefineCommand =>
  (context, setStatus) => {
    const group = new Command(name);
    for (const define of parts) group.addCommand(define(context, setStatus));
    return group;
  };
