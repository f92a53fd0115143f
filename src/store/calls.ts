import { randomUUID } from 'node:crypto';
import { openDurableLines, type Held } from '../core/durable-lines.js';
import type { Failure } from '../core/failure.js';
import type { CallLedger, ServiceTerms } from '../runners/runner.js';
import type { PlannedSample } from '../schema/planned-sample.js';
import type { CallRecord } from './call-record.js';
import { readRecords, type RunFolder } from './run-folder.js';

/** The calls of a run: what earlier processes have made of them, and those to come. */
export interface Calls {
  ledgerOf(model: string, terms: ServiceTerms, options: LedgerOptions): CallLedger;
  /** Writes down that the user has allowed it, once. */
  allow(model: string, origin: string): Promise<void>;
  close(): Promise<void>;
}

interface LedgerOptions {
  /** Call again for what was, or perhaps was, paid for and gave no matte. */
  readonly retryUnknown: boolean;
  /** Whether the user has it called again for a cell whose matte was not kept. */
  readonly isReopened: (sample: PlannedSample) => boolean;
  /** Of the maximum, what this run may spend: the others are shards. */
  readonly share: number;
}

/** A sum of prices is as large as a maximum that was written as their product. */
const ROUNDING = 1e-9;

/** @throws MaskbenchError `data.unreadable`, naming file and line. */
export async function openCalls(folder: RunFolder, held: Held): Promise<Calls> {
  const lines = await openDurableLines(folder.calls, held);
  const before = await readCalls(folder).catch(async (error: unknown) => {
    await lines.close();
    throw error;
  });
  const { spent, allowed } = before;
  const write = async (record: CallRecord): Promise<void> => {
    await lines.append(record);
    await lines.flush();
  };
  return {
    ledgerOf: (model, { price, maximumCost }, { retryUnknown, isReopened, share }) => ({
      maximumCost,
      earlier: (sample) =>
        retryUnknown || isReopened(sample)
          ? undefined
          : before.paid.get(cellOf(model, sample, sample.cells[model] ?? '')),
      async begin({ dataset, id, cells }) {
        const cost = price === undefined ? undefined : { amount: price.perCall, currency: price.currency };
        const amount = cost?.amount ?? 0;
        const sum = (spent.get(model) ?? 0) + amount;
        if (maximumCost !== undefined && sum > maximumCost * share * (1 + ROUNDING)) return undefined;
        // Before anything is waited for: others begin meanwhile.
        spent.set(model, sum);
        const of = { call: randomUUID(), model, dataset, id };
        const at = new Date().toISOString();
        const intent = { kind: 'intent', ...of, key: cells[model] ?? '', at } as const;
        await write(cost === undefined ? intent : { ...intent, cost });
        return {
          async end({ kind: outcome, ...found }) {
            if (outcome === 'unsent') spent.set(model, (spent.get(model) ?? 0) - amount);
            await write({ kind: 'end', ...of, outcome, ...found });
          },
        };
      },
    }),
    async allow(model, origin) {
      if (allowed.has(`${model} ${origin}`)) return;
      allowed.add(`${model} ${origin}`);
      await write({ kind: 'allowed', model, origin });
    },
    close: () => lines.close(),
  };
}

/** Whether the user has allowed pictures of this run to be sent there. */
export async function isAllowed(folder: RunFolder, model: string, origin: string): Promise<boolean> {
  for await (const record of readRecords(folder, 'calls'))
    if (record.kind === 'allowed' && record.model === model && record.origin === origin) return true;
  return false;
}

interface Before {
  /** Of each model's calls, those that never got there left out. */
  readonly spent: Map<string, number>;
  readonly allowed: Set<string>;
  /** By cell, why another call may be paid for twice. */
  readonly paid: ReadonlyMap<string, Failure>;
}

async function readCalls(folder: RunFolder): Promise<Before> {
  const spent = new Map<string, number>();
  const allowed = new Set<string>();
  const paid = new Map<string, Failure>();
  /** Calls without an end. */
  const open = new Map<string, Extract<CallRecord, { kind: 'intent' }>>();
  for await (const record of readRecords(folder, 'calls')) {
    if (record.kind === 'allowed') allowed.add(`${record.model} ${record.origin}`);
    else if (record.kind === 'intent') {
      open.set(record.call, record);
      spent.set(record.model, (spent.get(record.model) ?? 0) + (record.cost?.amount ?? 0));
    } else {
      const intent = open.get(record.call);
      open.delete(record.call);
      if (intent === undefined) continue;
      const { model, key, at } = intent;
      if (record.outcome === 'unsent') spent.set(model, (spent.get(model) ?? 0) - (intent.cost?.amount ?? 0));
      if (record.outcome === 'answered' || record.outcome === 'lost')
        paid.set(
          cellOf(model, intent, key),
          record.failure ?? unknown(at, 'answered, and its matte is gone'),
        );
    }
  }
  for (const { model, key, at, ...sample } of open.values())
    paid.set(cellOf(model, sample, key), unknown(at, 'under way when the run was ended'));
  return { spent, allowed, paid };
}

function unknown(at: string, what: string): Failure {
  return { code: 'service.paid-unknown', message: `perhaps done and paid for: a call of ${at} was ${what}` };
}

function cellOf(model: string, { dataset, id }: Pick<PlannedSample, 'dataset' | 'id'>, key: string): string {
  return JSON.stringify([model, dataset, id, key]);
}
