import { z } from 'zod';
import type { Gpu } from './gpu.js';
import { runTool, type RunTool } from './run-tool.js';

/** The graphics processors that macOS and Windows tell of by their own tools; none elsewhere. */
export async function askSystemForGpus(
  platform: NodeJS.Platform = process.platform,
  run: RunTool = runTool,
): Promise<readonly Gpu[]> {
  if (platform === 'darwin') {
    const answer = await run('system_profiler', ['SPDisplaysDataType', '-json']);
    return answer.kind === 'answer' ? parseSystemProfiler(answer.text) : [];
  }
  if (platform === 'win32') {
    const script =
      'Get-CimInstance Win32_VideoController | Select-Object Name,AdapterRAM,DriverVersion | ConvertTo-Json';
    const answer = await run('powershell', ['-NoProfile', '-NonInteractive', '-Command', script]);
    return answer.kind === 'answer' ? parseVideoControllers(answer.text) : [];
  }
  return [];
}

const profilerSchema = z.object({
  SPDisplaysDataType: z.array(
    z.looseObject({
      sppci_model: z.string().optional(),
      sppci_cores: z.string().optional(),
      spdisplays_mtlgpufamilysupport: z.string().optional(),
    }),
  ),
});

/** Of Apple's own processors, which share the machine's memory and tell of none; there is no ONNX Runtime for Macs with others. */
export function parseSystemProfiler(text: string): readonly Gpu[] {
  const parsed = profilerSchema.safeParse(parseJson(text));
  if (!parsed.success) return [];
  return parsed.data.SPDisplaysDataType.map((card, index) => {
    const name = card.sppci_model ?? 'unknown GPU';
    const cores = card.sppci_cores === undefined ? '' : ` (${card.sppci_cores} cores)`;
    return {
      vendor: 'apple',
      index,
      uuid: null,
      name: `${name}${cores}`,
      driver: card.spdisplays_mtlgpufamilysupport ?? null,
      memoryBytes: null,
      instances: null,
    };
  });
}

const controllerSchema = z.object({
  Name: z.string(),
  AdapterRAM: z.number().nullish(),
  DriverVersion: z.string().nullish(),
});

/** One controller is printed as an object, several as a list. AdapterRAM has 32 bits: 4 GB or more cannot be told. */
export function parseVideoControllers(text: string): readonly Gpu[] {
  const parsed = z.union([z.array(controllerSchema), controllerSchema]).safeParse(parseJson(text));
  if (!parsed.success) return [];
  const controllers = Array.isArray(parsed.data) ? parsed.data : [parsed.data];
  return controllers.map(({ Name, AdapterRAM, DriverVersion }, index) => ({
    vendor: /nvidia/i.test(Name) ? 'nvidia' : /amd|radeon/i.test(Name) ? 'amd' : 'other',
    index,
    uuid: null,
    name: Name,
    driver: DriverVersion ?? null,
    memoryBytes: AdapterRAM == null || AdapterRAM >= 4_293_918_720 ? null : AdapterRAM,
    instances: null,
  }));
}

/** The value, or undefined for text that is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
