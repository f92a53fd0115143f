import { isDefined, type MetricValue } from '../../schema/metric-value.js';
import type { Interval } from '../../schema/summary.js';
import { metricsOf } from '../../metrics/registry.js';
import { csvLine } from '../../reports/formats/csv.js';
import type { OutputRequest, ScoreOutput } from './output.js';
import { signaturesByProtocol } from '../../scoring/folders/score-plain-folders.js';

/** The summary, a metric a line; or with `perImage` an image per line. RFC 4180; what is undefined is left empty. */
export function csvOutput(request: OutputRequest): ScoreOutput {
  return request.perImage ? perImage(request) : summary(request);
}

function perImage({ plan, scoring, out }: OutputRequest): ScoreOutput {
  const ids = metricsOf(scoring.protocols).map(({ meta }) => meta.id);
  const signatures = Object.values(signaturesByProtocol(scoring)).join(' ');
  const names = plan.several ? ['method', 'dataset'] : [];
  out(csvLine([...names, 'id', 'status', ...ids, 'failure', 'signature']));
  return {
    cell(cell) {
      const of = plan.several ? [cell.model, cell.dataset] : [];
      const done = cell.status === 'done';
      const values = ids.map((id) => (done ? figure(cell.metrics[id]) : ''));
      const failure = done ? '' : `${cell.failure.code}: ${cell.failure.message}`;
      out(csvLine([...of, cell.id, cell.status, ...values, failure, signatures]));
    },
    end: () => undefined,
  };
}

function summary({ plan, scoring, out }: OutputRequest): ScoreOutput {
  const signatures = signaturesByProtocol(scoring, 'mean');
  const pooledSignatures = signaturesByProtocol(scoring, 'pooled');
  const names = plan.several ? ['method', 'dataset'] : [];
  const statistics = ['mean', 'lower', 'upper', 'n', 'undefined', 'failed'];
  const pooledNames = ['pooled', 'pooled_lower', 'pooled_upper'];
  const cautions = ['caution', 'pooled_caution'];
  out(
    csvLine([
      ...names,
      'metric',
      ...statistics,
      ...pooledNames,
      ...cautions,
      'signature',
      'pooled_signature',
    ]),
  );
  return {
    cell: () => undefined,
    end({ scores, metrics }) {
      for (const { model, dataset, failed, metrics: means } of scores) {
        for (const { meta } of metrics) {
          const of = means[meta.id];
          const { mean, n, undefined: without, interval, pooled, pooledInterval } = of;
          out(
            csvLine([
              ...(plan.several ? [model, dataset] : []),
              meta.id,
              mean ?? '',
              ...ends(interval),
              n,
              without,
              failed,
              figure(pooled),
              ...ends(pooledInterval),
              of.caution ?? '',
              of.pooledCaution ?? '',
              signatures[meta.protocol] ?? '',
              pooled === undefined ? '' : (pooledSignatures[meta.protocol] ?? ''),
            ]),
          );
        }
      }
    },
  };
}

function figure(value: MetricValue | undefined): number | '' {
  return value !== undefined && isDefined(value) ? value : '';
}

function ends(interval: Interval | undefined): readonly (number | '')[] {
  return interval === undefined || 'undefined' in interval ? ['', ''] : [...interval];
}
