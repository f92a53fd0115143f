import type { FromChild, ToChild } from './messages.js';

/** How every child is tied to the process that started it: it hears its messages, and ends when that is gone. */
export function listen(onMessage: (message: ToChild) => void): void {
  process.on('message', onMessage);
  // Ctrl-C reaches the whole process group; the parent decides when this process ends.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit(0));
}

export function send(message: FromChild): void {
  process.send?.(message);
}
