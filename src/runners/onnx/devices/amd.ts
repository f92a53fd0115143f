import { z } from 'zod';
import type { Gpu } from './gpu.js';
import { parseJson } from './system-gpus.js';
import { runTool, type RunTool } from './run-tool.js';

/** A figure with its unit, a bare figure, or `N/A`. */
const sizeSchema = z.union([
  z.looseObject({ value: z.union([z.number(), z.string()]), unit: z.string().optional() }),
  z.number(),
  z.string(),
]);

const cardSchema = z.looseObject({
  gpu: z.number(),
  asic: z.looseObject({ market_name: z.string().optional(), asic_serial: z.string().optional() }).optional(),
  driver: z.looseObject({ version: z.string().optional() }).optional(),
  vram: z.looseObject({ size: sizeSchema.optional() }).optional(),
});

/** ROCm 6 prints a list, ROCm 7 an object around it. */
const answerSchema = z.union([z.array(cardSchema), z.object({ gpu_data: z.array(cardSchema) })]);

/** The AMD cards that amd-smi tells of; none where it is missing or fails. */
export async function askAmd(run: RunTool = runTool): Promise<readonly Gpu[]> {
  const answer = await run('amd-smi', ['static', '--asic', '--driver', '--vram', '--json']);
  return answer.kind === 'answer' ? parseAmdStatic(answer.text) : [];
}

/** Reads `amd-smi static --json`; none for what is no such answer. */
export function parseAmdStatic(text: string): readonly Gpu[] {
  const parsed = answerSchema.safeParse(parseJson(text));
  if (!parsed.success) return [];
  const cards = Array.isArray(parsed.data) ? parsed.data : parsed.data.gpu_data;
  return cards.map(({ gpu, asic, driver, vram }) => ({
    vendor: 'amd',
    index: gpu,
    uuid: known(asic?.asic_serial),
    name: known(asic?.market_name) ?? 'unknown AMD GPU',
    driver: known(driver?.version),
    memoryBytes: vram?.size === undefined ? null : bytesOf(vram.size),
    instances: null,
  }));
}

function known(text: string | undefined): string | null {
  return text === undefined || text === '' || text === 'N/A' ? null : text;
}

/** Sizes are mebibytes, whatever they are called, unless the unit says gigabytes. */
function bytesOf(size: z.output<typeof sizeSchema>): number | null {
  const { value, unit = 'MB' } = typeof size === 'object' ? size : { value: size };
  const [, digits = '', own = unit] = /^([\d.]+)\s*([A-Za-z]+)?$/.exec(String(value)) ?? [];
  return digits === '' ? null : Number(digits) * (/^g/i.test(own) ? 2 ** 30 : 2 ** 20);
}
