import { formatMegabytes } from '../../core/text.js';
import type { GpuProof, ProofState } from '../../schema/gpu-proof.js';
import { renderDocument } from '../page/document.js';
import { Name } from '../page/parts/name.js';
import { Frame } from '../page/parts/frame.js';
import { countsInWords } from './words.js';

/** The class of a state; a page has three colours of verdicts. */
const LOOKS: Readonly<Record<ProofState, string>> = {
  pass: 'pass',
  fail: 'fail',
  'not known': 'inconclusive',
};

/** A proof as one self-contained page, to attach to an issue. */
export function proofToHtml(proof: GpuProof): string {
  const { device, gpu, checks, counts } = proof;
  const title = `gpu prove on ${device}${gpu === undefined ? '' : `, ${gpu.name}`}`;
  return renderDocument({
    title,
    body: (
      <Frame>
        <h1 class={counts.fail > 0 ? 'fail' : 'pass'}>
          <Name text={title} />
        </h1>
        <p>{countsInWords(proof)}.</p>
        <section>
          <h2>Checks</h2>
          <ul class="checks">
            {checks.map(({ state, name, title: what, found, details }) => (
              <li>
                <strong class={LOOKS[state]}>{state}</strong> {what} <small>{name}</small>
                <br />
                <Name text={found} />
                {details.length === 0 ? null : (
                  <ul>
                    {details.map((line) => (
                      <li>
                        <Name text={line} />
                      </li>
                    ))}
                  </ul>
                )}
              </li>
            ))}
          </ul>
        </section>
        <section>
          <h2>What it was made with</h2>
          <dl class="facts">
            {factsOf(proof).map(([what, said]) => (
              <div>
                <dt>{what}</dt>
                <dd>
                  <Name text={said} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      </Frame>
    ),
  });
}

function factsOf(proof: GpuProof): readonly (readonly [what: string, said: string])[] {
  const { gpu, machine, models, maskbenchVersion, createdAt, seconds, images, profile } = proof;
  const settings = gpu?.settings;
  const card =
    gpu === undefined
      ? []
      : [
          gpu.name,
          ...(gpu.uuid === null ? [] : [gpu.uuid]),
          ...(gpu.memoryBytes === null ? [] : [`${Math.round(gpu.memoryBytes / 2 ** 20)} MiB`]),
          ...(gpu.driver === null ? [] : [`driver ${gpu.driver}`]),
          ...(gpu.instance === undefined ? [] : [`instance ${gpu.instance.profile}`]),
          ...(settings?.powerLimitW == null ? [] : [`power cap ${settings.powerLimitW} W`]),
          ...(settings?.computeMode == null ? [] : [`compute mode ${settings.computeMode}`]),
          ...(settings?.ecc == null ? [] : [`ECC ${settings.ecc}`]),
        ];
  return [
    ...(gpu === undefined ? [] : [['Card', card.join('; ')] as const]),
    ['Machine', `${machine.cpu}, ${machine.cores} cores; ${machine.os}`],
    [
      'Software',
      `Maskbench ${maskbenchVersion}, ONNX Runtime ${machine.onnxruntime}, Node.js ${machine.node}`,
    ],
    ...models.map(
      ({ name, precision, bytes, sha256 }) =>
        [`Model ${name}`, `${precision}, ${formatMegabytes(bytes)} MB, sha256 ${sha256}`] as const,
    ),
    ['Images', `${images} per model; timing profile ${profile}`],
    ['Made', `${createdAt}, in ${seconds} s`],
  ];
}
