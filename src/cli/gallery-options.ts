import type { Command } from 'commander';
import { count } from './arguments.js';

/** What can be said of the pictures of a page. */
export function withGalleryOptions(command: Command): Command {
  return command
    .option('--gallery <n>', 'with --format html: pictures of at most n images (default: 60)', count)
    .option('--no-gallery', 'no pictures')
    .option('--gallery-size <pixels>', 'their longer side (default: 768); never enlarged', count)
    .option('--embed', 'pictures in the page itself (default: up to 24 images)')
    .option('--no-embed', 'pictures in a folder beside the page');
}
