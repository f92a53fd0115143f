/** So little is known after less that a guess of the rest is worse than none. */
const GUESSED_FROM_MS = 1000;

/** How long the rest will take, if the rest is like what is done; empty where that is not known, or next to nothing. */
export function timeLeft(done: number, total: number | undefined, ms: number): string {
  if (total === undefined || done === 0 || ms < GUESSED_FROM_MS) return '';
  const left = (ms / done) * (total - done);
  return left < 500 ? '' : `${formatSpan(left)} left`;
}

export function formatRate(done: number, ms: number): string {
  const perSecond = ms > 0 ? (done / ms) * 1000 : 0;
  return perSecond >= 1 || perSecond === 0
    ? `${perSecond.toFixed(1)}/s`
    : `${(1 / perSecond).toFixed(1)} s each`;
}

export function formatSpan(ms: number): string {
  const s = Math.round(ms / 1000);
  return s < 1 ? `${(ms / 1000).toFixed(1)} s` : s < 60 ? `${s} s` : `${Math.floor(s / 60)} min ${s % 60} s`;
}
