import { Command, Option } from '@commander-js/extra-typings';
import { count } from './arguments.js';
import type { FlagsOf } from './context.js';

export const embedFlag = () =>
  new Option('--embed', 'store the pictures in the page itself (default: up to 24 images)');
export const noEmbedFlag = () => new Option('--no-embed', 'store the pictures in a folder beside the page');

/** A command with the flags that say which pictures a page has. */
export const commandWithPictures = (name: string) =>
  new Command(name)
    .option('--gallery <n>', 'with --format html: show at most n images (default: 60)', count)
    .option('--no-gallery', 'leave the gallery of pictures out')
    .option(
      '--gallery-size <pixels>',
      'longer side of the pictures (default: 768); they are never enlarged',
      count,
    )
    .addOption(embedFlag())
    .addOption(noEmbedFlag());

export type PictureFlags = FlagsOf<typeof commandWithPictures>;
