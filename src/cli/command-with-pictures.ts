import { Command } from '@commander-js/extra-typings';
import { count } from './arguments.js';
import type { FlagsOf } from './context.js';

/** A command with the flags that say which pictures a page has. */
export const commandWithPictures = (name: string) =>
  new Command(name)
    .option('--gallery <n>', 'with --format html: pictures of at most n images (default: 60)', count)
    .option('--no-gallery', 'no pictures')
    .option('--gallery-size <pixels>', 'their longer side (default: 768); never enlarged', count)
    .option('--embed', 'pictures in the page itself (default: up to 24 images)')
    .option('--no-embed', 'pictures in a folder beside the page');

export type PictureFlags = FlagsOf<typeof commandWithPictures>;
