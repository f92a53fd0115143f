import { Command } from '@commander-js/extra-typings';
import type { DefineCommand } from '../context.js';
export const status: DefineCommand = () => new Command('status');
