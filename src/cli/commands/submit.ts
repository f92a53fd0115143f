import { Command } from '@commander-js/extra-typings';
import type { DefineCommand } from '../context.js';
export const submit: DefineCommand = () => new Command('submit');
