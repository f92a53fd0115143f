import { setTimeout as sleep } from 'node:timers/promises';
import { RESUME, throwIfCancelled } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';
import type { Failure } from '../../core/failure.js';
import type { Http } from '../../models/sources/http.js';
import { isPrivateHost, leadsInside } from '../../models/sources/private-address.js';
import { isTransientStatus } from '../../models/sources/retry.js';
import { exchange, type Ask, type Bounds, type Exchange } from './exchange.js';
import { valueAt } from './json-path.js';
import type { Secrets } from './secrets.js';
import { originOf, type Service } from './spec.js';

/** What a call came to. */
export type Called = {
  readonly status?: number;
  readonly firstByteMs?: number;
  readonly wholeMs?: number;
  /** Headers that tell of the service's version. */
  readonly told?: Readonly<Record<string, string>>;
} & (
  | { readonly kind: 'picture'; readonly bytes: Buffer }
  /** It was refused, or never got there: worth another call. */
  | { readonly kind: 'later'; readonly isSent: boolean; readonly reason: string; readonly waitMs?: number }
  /** It was refused. `ofAll`: whatever is asked next will be, too. */
  | { readonly kind: 'refused'; readonly ofAll: boolean; readonly failure: Failure }
  /** It was answered, and with no picture. */
  | { readonly kind: 'spoilt'; readonly failure: Failure }
  /** Perhaps it was done, and paid for. */
  | { readonly kind: 'lost'; readonly failure: Failure }
);

export interface Caller {
  readonly service: Service;
  readonly http: Http;
  readonly secrets: Secrets;
  readonly signal: AbortSignal;
}

type Answer = Extract<Exchange, { kind: 'answer' }>;

/** Redirects that a fetched picture may take. */
const MOST_REDIRECTS = 5;
/** Attempts to fetch what a service has made; they are no calls. */
const FETCHES = 4;
/** Characters of an answer that says why there is none. */
const TOLD = 200;
/** As far as those are looked for. */
const READ_FOR_WORDS = 65_536;

/** Calls a service once. @throws MaskbenchError `cancelled`. */
export async function callService(caller: Caller, ask: Ask): Promise<Called> {
  const { service } = caller;
  const start = performance.now();
  const found = await (ask.method === 'GET' ? follow(caller, ask) : once(caller, ask));
  if (found.kind !== 'answer') {
    if (found.kind === 'unsent') return { kind: 'later', isSent: false, reason: found.reason };
    return { ...statusOf(found), kind: 'lost', failure: unknown(caller, found.reason) };
  }
  const { status, firstByteMs } = found;
  const told = Object.fromEntries(
    service.tellingHeaders.flatMap((name) => {
      const value = found.header(name);
      return value === undefined ? [] : [[name, caller.secrets.redact(value).slice(0, TOLD)]];
    }),
  );
  const facts = { status, firstByteMs, told };
  const took = (): { readonly wholeMs: number } => ({ wholeMs: performance.now() - start });
  if (status < 200 || status >= 300) return { ...facts, ...took(), ...refusalOf(caller, found) };
  const result = await pictureIn(caller, ask.url, found);
  return { ...facts, ...took(), ...result };
}

type Result = Extract<Called, { kind: 'picture' | 'spoilt' | 'lost' }>;

async function pictureIn(caller: Caller, url: string, answer: Answer): Promise<Result> {
  const { service } = caller;
  if (answer.bytes === undefined) return spoilt(caller, tooLarge(service));
  if (service.answer.as === 'image') return { kind: 'picture', bytes: answer.bytes };
  const json = jsonOf(answer.bytes);
  if (json === undefined) return spoilt(caller, `the answer is no JSON: ${excerpt(caller, answer.bytes)}`);
  const { poll } = service;
  if (poll === undefined) return pictureInJson(caller, service.answer, json);
  const deadline = performance.now() + poll.withinSeconds * 1000;
  for (let said = json; ;) {
    const state = String(valueAt(said, poll.status));
    if (poll.succeeded.includes(state)) return pictureInJson(caller, service.answer, said);
    if (poll.failed.includes(state)) {
      const why = valueAt(said, poll.error);
      return spoilt(
        caller,
        `the service says "${state}"${typeof why === 'string' ? `: ${shown(caller, why)}` : ''}`,
      );
    }
    const next = valueAt(json, poll.url);
    const isAddress = typeof next === 'string' && URL.canParse(next, url);
    if (!isAddress) return spoilt(caller, `the answer names no address to ask at ${poll.url}`);
    await sleep(poll.everySeconds * 1000, undefined, { signal: caller.signal }).catch(() =>
      throwIfCancelled(caller.signal, RESUME),
    );
    if (performance.now() > deadline)
      return lost(caller, `the service was not done within ${poll.withinSeconds} s`);
    const target = new URL(next, url).href;
    const headers = caller.secrets.headersFor(target);
    const asked = await follow(caller, { method: 'GET', url: target, headers });
    // What cannot be asked now is asked again: that costs nothing.
    if (asked.kind !== 'answer' || isTransientStatus(asked.status)) continue;
    const answered = asked.bytes === undefined ? undefined : jsonOf(asked.bytes);
    if (asked.status !== 200 || answered === undefined)
      return lost(caller, `asking for it was answered by HTTP ${asked.status}`);
    said = answered;
  }
}

async function pictureInJson(
  caller: Caller,
  { as, path }: Exclude<Service['answer'], { as: 'image' }>,
  json: unknown,
): Promise<Result> {
  const found = valueAt(json, path);
  const value: unknown = Array.isArray(found) ? found[0] : found;
  if (typeof value !== 'string' || value === '')
    return spoilt(caller, `the answer has no ${as === 'url' ? 'address' : 'picture'} at ${path}`);
  const data = /^data:[^,]*;base64,(.*)$/s.exec(value)?.[1];
  if (data !== undefined || as === 'json')
    return { kind: 'picture', bytes: Buffer.from(data ?? value, 'base64') };
  if (!/^https?:\/\//.test(value) || !URL.canParse(value))
    return spoilt(caller, `what stands at ${path} is no http or https address`);
  return fetchPicture(caller, value);
}

async function fetchPicture(caller: Caller, url: string): Promise<Result> {
  let reason = '';
  for (let attempt = 0; attempt < FETCHES; attempt++) {
    if (attempt > 0)
      await sleep(500 * 2 ** attempt, undefined, { signal: caller.signal }).catch(() =>
        throwIfCancelled(caller.signal, RESUME),
      );
    const found = await follow(caller, { method: 'GET', url, headers: caller.secrets.headersFor(url) });
    if (found.kind !== 'answer') {
      reason = found.reason;
      continue;
    }
    if (found.status === 200)
      return found.bytes === undefined
        ? spoilt(caller, tooLarge(caller.service))
        : { kind: 'picture', bytes: found.bytes };
    reason = `HTTP ${found.status}`;
    if (!isTransientStatus(found.status)) break;
  }
  return lost(caller, `its picture at ${originOf(url)} could not be fetched: ${reason}`);
}

function once({ http, service, signal }: Caller, ask: Ask): Promise<Exchange> {
  return exchange(http, ask, boundsOf(service), signal);
}

/** A GET with its redirects; of the service's headers nothing goes along to another origin. */
async function follow(caller: Caller, ask: Ask): Promise<Exchange> {
  let at = ask;
  for (let step = 0; ; step++) {
    if (await strays(caller.service, at.url))
      return { kind: 'lost', reason: `it leads to ${originOf(at.url)}, which is in a private network` };
    const found = await once(caller, at);
    const next = found.kind === 'answer' ? redirectOf(at.url, found) : undefined;
    if (next === undefined) return found;
    if (step === MOST_REDIRECTS) return { kind: 'lost', reason: 'it redirects in a circle' };
    const same = new URL(next).origin === new URL(at.url).origin;
    at = { method: 'GET', url: next, headers: same ? at.headers : caller.secrets.headersFor(next) };
  }
}

/** Whether a service of the world outside sends on into a private network. */
async function strays(service: Service, url: string): Promise<boolean> {
  const [own, there] = [new URL(service.url), new URL(url)];
  if (own.origin === there.origin || isPrivateHost(own.hostname)) return false;
  return leadsInside(there.hostname);
}

function redirectOf(url: string, { status, header }: Answer): string | undefined {
  const to = header('location');
  if (status < 300 || status >= 400 || to === undefined || !URL.canParse(to, url)) return undefined;
  const target = new URL(to, url);
  return /^https?:$/.test(target.protocol) ? target.href : undefined;
}

function refusalOf(caller: Caller, answer: Answer): Extract<Called, { kind: 'later' | 'refused' }> {
  const { status, bytes = Buffer.alloc(0), header } = answer;
  const to = redirectOf(caller.service.url, answer);
  const why =
    to === undefined
      ? `HTTP ${status}${bytes.length === 0 ? '' : `: ${excerpt(caller, bytes)}`}`
      : `HTTP ${status}: it redirects to ${originOf(to)}, where nothing is sent on; name that address if it is meant`;
  const reason = caller.secrets.redact(why);
  if (isTransientStatus(status)) {
    const waitMs = retryAfterMs(header('retry-after'));
    return { kind: 'later', isSent: true, reason, ...(waitMs === undefined ? {} : { waitMs }) };
  }
  const ofAll = [401, 402, 403].includes(status) || to !== undefined;
  return {
    kind: 'refused',
    ofAll,
    failure: { code: 'service.refused', message: `the service refuses: ${reason}` },
  };
}

function retryAfterMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function boundsOf({ wholeSeconds, maximumMegabytes }: Service): Bounds {
  return { wholeMs: wholeSeconds * 1000, mostBytes: maximumMegabytes * 1e6 };
}

const tooLarge = ({ maximumMegabytes }: Service): string =>
  `the answer is larger than ${maximumMegabytes} MB (maximumMegabytes)`;

function spoilt({ secrets }: Caller, reason: string): Extract<Called, { kind: 'spoilt' }> {
  return { kind: 'spoilt', failure: { code: 'model.output', message: secrets.redact(reason) } };
}

function lost(caller: Caller, reason: string): Extract<Called, { kind: 'lost' }> {
  return { kind: 'lost', failure: unknown(caller, reason) };
}

function unknown({ secrets }: Caller, reason: string): Failure {
  const message = `perhaps done and paid for, and lost: ${secrets.redact(reason)}`;
  return { code: 'service.paid-unknown', message };
}

const statusOf = ({ status }: { readonly status?: number }): { readonly status?: number } =>
  status === undefined ? {} : { status };

const excerpt = (caller: Caller, bytes: Buffer): string =>
  shown(caller, bytes.subarray(0, READ_FOR_WORDS).toString('utf8'));

/** The beginning of what a service says. What is secret in it goes first: of one that is cut in two the rest would stay. */
function shown({ secrets }: Caller, said: string): string {
  const text = secrets.redact(said.slice(0, READ_FOR_WORDS)).replaceAll(/\s+/g, ' ').trim();
  return text.length > TOLD ? `${text.slice(0, TOLD)}...` : text;
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

/** A failure as what ends a model. */
export function asError({ code, message }: Failure, remedy: string): MaskbenchError {
  return new MaskbenchError(code, message, { remedy });
}
