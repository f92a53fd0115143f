import { readFile } from 'node:fs/promises';

/** VmHWM of this process; `resourceUsage().maxRSS` would start from the parent's. Linux only, else null. */
export async function peakRssBytes(): Promise<number | null> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kib === undefined ? null : Number(kib) * 1024;
}
