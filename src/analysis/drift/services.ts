import { MaskbenchError } from '../../core/errors.js';
import { toError, toFailure, type Failure } from '../../core/failure.js';
import type { ImageChoice } from '../../datasets/draw-sample.js';
import type { Dataset } from '../../datasets/load.js';
import { prepareRun } from '../../pipeline/prepare.js';
import { run } from '../../pipeline/run.js';
import { loadModelSpec } from '../../runners/load-spec.js';
import { runnerOf } from '../../runners/runner-of.js';
import type { EventSink } from '../../schema/events.js';
import type { ServiceSummary } from '../../schema/service-summary.js';
import { readOwnMatte } from '../../scoring/load-pair.js';
import { failureOf, openCells } from '../../store/cells.js';
import { runConfigSchema } from '../../store/config.js';
import { readManifest, runFolder } from '../../store/run-folder.js';
import { summariseCalls } from '../../store/service-calls.js';
import { assertAlone, type Contender } from './contender.js';
import type { DriftCandidate } from './parse-candidate.js';

/** The run that calls the services among the models; one that is there is continued. */
interface ServicesRun {
  readonly out: string;
  /** What messages call that folder. */
  readonly label: string;
  /** As the user named it. */
  readonly dataset: string;
  readonly allowUpload: boolean;
  readonly retryUnknown: boolean;
  readonly maxMegapixels?: number | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly emit: EventSink;
}

/** The models that are held against each other, and on what. */
export interface ContendersRequest extends ImageChoice {
  readonly reference: DriftCandidate;
  readonly candidates: readonly DriftCandidate[];
  readonly dataset: Dataset;
  readonly offline: boolean;
  readonly cwd: string;
  /** Needed where a model is a service. */
  readonly services?: ServicesRun | undefined;
  readonly signal: AbortSignal;
}

/** Which of the models are services, each once. @throws MaskbenchError for one that is not known, or `usage` for settings of a service. */
export async function servicesAmong(
  candidates: readonly DriftCandidate[],
  cwd: string,
): Promise<readonly string[]> {
  const services = new Set<string>();
  for (const candidate of candidates) {
    const runner = runnerOf((await loadModelSpec(candidate.model, cwd)).spec);
    if (runner.service === undefined) continue;
    assertAlone(candidate, runner);
    services.add(candidate.model);
  }
  return [...services];
}

/**
 * The services among the models, by how the user wrote them. All their pictures are called for first, by an accuracy pass of a run,
 * which knows of consent, money and kills; what is compared are the mattes in its folder.
 *
 * @throws MaskbenchError `usage` where there is a service and no run for it, and whatever ends the run, but for `service.budget`:
 * what is not called for then has no matte.
 */
export async function openServices(request: ContendersRequest): Promise<ReadonlyMap<string, Contender>> {
  const { reference, candidates, services: given, dataset, cwd } = request;
  const models = await servicesAmong([reference, ...candidates], cwd);
  if (models.length === 0) return new Map();
  if (given === undefined) {
    throw new MaskbenchError('usage', 'a service is called by a run, which writes down calls and cost', {
      where: models[0],
      remedy:
        'name a folder for it with --out; the same command again continues there, and pays nothing twice',
    });
  }
  const { names, ended } = await callAll(models, given, request);
  const folder = runFolder(given.out);
  const { settings } = await readManifest(folder);
  const cells = await openCells(folder, settings, { digests: true });
  const failures = new Map<string, Failure>();
  for await (const { record, cells: states } of cells.inPlanOrder()) {
    for (const [i, state] of states.entries()) {
      const model = cells.models[i];
      if (state.kind === 'scored' || cells.isPredicted(model, record)) continue;
      const isLeft = state.kind === 'not-done' && ended !== undefined;
      failures.set(`${model} ${record.id}`, isLeft ? ended : failureOf(state));
    }
  }
  const calls = await summariseCalls(folder);
  const contenders = models.map((label, i): readonly [string, Contender] => {
    const name = names[i];
    const own = settings.models.find(({ spec }) => spec.name === name)?.version;
    const version = [...(own === undefined ? [] : [own]), ...toldBy(calls.get(name))].join('; ');
    return [
      label,
      {
        label,
        ...(version === '' ? {} : { version }),
        async stagesOf({ id }) {
          const failure = failures.get(`${name} ${id}`);
          if (failure !== undefined) throw toError(failure);
          const sample = { dataset: dataset.name, id };
          const matteSha256 = cells.matteSha256(name, sample);
          return { matte: await readOwnMatte(folder.matte(name, sample.dataset, id), { matteSha256 }) };
        },
        stop: async () => undefined,
      },
    ];
  });
  return new Map(contenders);
}

/** @returns the models' own names, and why calls ended before all were made, where they did. */
async function callAll(
  models: readonly string[],
  { out, label, dataset, allowUpload, retryUnknown, maxMegapixels, env, emit }: ServicesRun,
  { limit, sample, cwd, offline, signal }: ContendersRequest,
): Promise<{ readonly names: readonly string[]; readonly ended?: Failure }> {
  const config = runConfigSchema.parse({
    name: 'drift',
    models,
    datasets: [dataset],
    ...(typeof limit === 'number' ? { limit } : {}),
    ...(sample === undefined ? {} : { sample }),
    ...(maxMegapixels === undefined ? {} : { maxMegapixels }),
  });
  const prepared = await prepareRun({ config, folder: cwd }, { cwd, env, offline, signal });
  const names = prepared.models.map(({ spec }) => spec.name);
  const phases = { predict: true, score: false, time: false };
  const origin = { config, folder: cwd, cwd, phases };
  const asked = { allowUpload, retryUnknown, resume: true };
  try {
    await run({ ...prepared, ...asked, out, label, origin, phases, emit, signal });
    return { names };
  } catch (error) {
    if (!(error instanceof MaskbenchError) || error.code !== 'service.budget') throw error;
    return { names, ended: toFailure(error) };
  }
}

/** What its answers say of it, header by header. */
function toldBy(calls: ServiceSummary | undefined): readonly string[] {
  return Object.entries(calls?.told ?? {}).map(([header, values]) => `${header} ${values.join(', ')}`);
}
