import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Line } from '../core/jsonl.js';
import { hasSum } from '../core/line-sum.js';
import { nameIndex } from '../core/name-index.js';
import { textColumn } from '../core/text-column.js';
import { createFingerprint } from '../datasets/fingerprint.js';
import { hasSums, type Manifest } from './manifest.js';
import type { PlanRecord } from './records.js';
import {
  LINES_FILES,
  recordReader,
  RUN_FILES,
  type LinesFile,
  type ReadRecord,
  type RecordReader,
  type RunFolder,
} from './run-folder.js';
import type { SealedFile } from './seal.js';

/** What reading a run's files of lines found beside their records. */
interface Audit {
  readonly read: RecordReader;
  /** Digests of the files that were read. */
  files(): Readonly<Record<string, SealedFile>>;
  /** What does not add up by itself. */
  faults(): readonly string[];
}

/** Faults of one kind that are told one by one. */
const TOLD = 3;

/** Reads a run's files of lines as anybody does, and looks at each line on the way. The plan comes first. */
export function auditOf(folder: RunFolder, manifest: Manifest): Audit {
  const { settings } = manifest;
  const models = new Set(settings.models.map(({ spec }) => spec.name));
  const digests = new Map(
    LINES_FILES.map((file) => [file, { hash: createHash('sha256'), bytes: 0, lines: 0 }]),
  );
  const plan = planAudit(settings.datasets, models);
  const faults: string[] = [];
  const strangers = new Set<string>();

  const look = (file: LinesFile, record: ReadRecord<LinesFile>['record'], { text, number }: Line): void => {
    const place = `${RUN_FILES[file].name}:${number}`;
    if (hasSums(manifest) && !hasSum(text)) faults.push(`a line without its sum (${place})`);
    const { model, dataset, id, truthSha256 } = namesIn(record);
    if (model !== undefined && !models.has(model)) faults.push(`a record of an unknown model (${place})`);
    if (dataset === undefined || id === undefined) return;
    const name = `${dataset}/${id}`;
    const truth = plan.truthOf(name);
    if (truth === undefined) {
      strangers.add(name);
      if (strangers.size === 1) faults.push(`a record of a sample that is not planned (${place})`);
    } else if (truthSha256 !== undefined && truthSha256 !== truth)
      faults.push(`measured on another ground truth than the planned one (${place})`);
  };

  const readAny = recordReader(folder, (file, bytes) => {
    const digest = digests.get(file);
    digest?.hash.update(bytes);
    if (digest !== undefined) digest.bytes += bytes.length;
  });
  return {
    async *read(file) {
      const digest = digests.get(file);
      for await (const one of readAny(file)) {
        if (digest !== undefined) digest.lines++;
        if (file === 'plan') plan.add(one.record as PlanRecord, one.line);
        look(file, one.record, one.line);
        yield one;
      }
    },
    files: () =>
      Object.fromEntries(
        [...digests]
          .filter(([file]) => existsSync(folder[file]))
          .map(([file, { hash, bytes, lines }]) => [
            RUN_FILES[file].name,
            { bytes, sha256: hash.digest('hex'), lines },
          ]),
      ),
    faults: () => [...plan.faults([...strangers]), ...faults],
  };
}

/** Whom a record is about, as far as it is about one model or sample. */
function namesIn(record: ReadRecord<LinesFile>['record']): {
  readonly model?: string;
  readonly dataset?: string;
  readonly id?: string;
  readonly truthSha256?: string;
} {
  if ('result' in record) return { model: record.result.model };
  return 'kind' in record && (record.kind === 'problem' || record.kind === 'gpu') ? {} : record;
}

/** What the plan says of the datasets, compared with the manifest. */
function planAudit(
  datasets: Manifest['settings']['datasets'],
  models: ReadonlySet<string>,
): {
  add(record: PlanRecord, line: Line): void;
  truthOf(name: string): string | undefined;
  faults(strangers: readonly string[]): readonly string[];
} {
  const own = new Map(
    datasets.map(({ name }) => [name, { fingerprint: createFingerprint(), samples: 0, problems: 0 }]),
  );
  const names = nameIndex();
  const truths = textColumn();
  let planned = 0;
  const faults: string[] = [];
  return {
    add(record, { number }) {
      const place = `${RUN_FILES.plan.name}:${number}`;
      const dataset = own.get(record.dataset);
      if (dataset === undefined) faults.push(`a record of an unknown dataset (${place})`);
      else if (record.kind === 'problem') dataset.problems++;
      else {
        const name = `${record.dataset}/${record.id}`;
        const isNew = names.add(name) === planned;
        if (isNew) {
          truths.push(record.truthSha256);
          planned++;
        } else faults.push(`${name} is planned twice (${place})`);
        const cells = Object.keys(record.cells);
        if (cells.length !== models.size || !cells.every((model) => models.has(model)))
          faults.push(`${name} is not planned for the models of the run (${place})`);
        dataset.samples++;
        dataset.fingerprint.add(record.id, record);
      }
    },
    truthOf(name) {
      const number = names.find(name);
      return number === undefined ? undefined : truths.at(number);
    },
    faults: (strangers) => [
      ...datasets.flatMap(({ name, samples, problems, fingerprint }) => {
        const found = own.get(name);
        if (found === undefined) return [];
        if (found.samples !== samples || found.problems !== problems) {
          const missing = strangers.filter((one) => one.startsWith(`${name}/`));
          const named =
            missing.length === 0
              ? ''
              : `; not in the plan: ${missing.slice(0, TOLD).join(', ')}${missing.length > TOLD ? ` and ${missing.length - TOLD} more` : ''}`;
          return [
            `${RUN_FILES.plan.name} has ${found.samples} samples and ${found.problems} problems of ${name}, the manifest says ${samples} and ${problems}${named}`,
          ];
        }
        return found.fingerprint.digest() === fingerprint
          ? []
          : [
              `the samples of ${name} in ${RUN_FILES.plan.name} are not those of its fingerprint in the manifest`,
            ];
      }),
      ...faults,
    ],
  };
}
