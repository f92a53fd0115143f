import type { Child, ChildExit } from '../../../../src/runners/onnx/child-process.js';
import type { FromChild, MeasuredSample, ToChild } from '../../../../src/runners/onnx/child/messages.js';

export interface TimingScript {
  /** Milliseconds of the n-th inference of the process, from 0. */
  readonly inferenceMs: (n: number) => number;
  /** The process dies instead of answering this measurement, counted from 0. */
  readonly diesAt?: number;
}

/** Stands in for timing processes: answers at once with times by a script. */
export interface ScriptedTiming {
  readonly start: (entry: string, onMessage: (message: FromChild) => void) => Child;
  /** The processes whose measurements were asked for, in order, by the name of their model. */
  readonly turns: string[];
  alive(): number;
}

export function scriptTiming(scriptOf: (model: string) => TimingScript): ScriptedTiming {
  const turns: string[] = [];
  let alive = 0;
  return {
    turns,
    alive: () => alive,
    start(_entry, onMessage) {
      alive++;
      let script: TimingScript = { inferenceMs: () => 1 };
      let model = '';
      let inferences = 0;
      let measurements = 0;
      let over = false;
      let resolveExit: (exit: ChildExit) => void = () => undefined;
      const exit = new Promise<ChildExit>((resolve) => (resolveExit = resolve));
      const end = (how: ChildExit): void => {
        if (over) return;
        over = true;
        alive--;
        resolveExit(how);
      };
      const answer = (message: FromChild): void => void setImmediate(() => over || onMessage(message));
      return {
        pid: undefined,
        send(message: ToChild) {
          if (message.kind === 'load') {
            model = message.spec.name;
            script = scriptOf(model);
            answer({ kind: 'loaded', loadMs: 12 });
          }
          if (message.kind === 'decode') {
            const images = message.images.filter(({ path }) => path !== 'broken');
            answer({
              kind: 'decoded',
              images: images.map(({ key }) => ({ key, decodeMs: 5, width: 4, height: 3 })),
            });
          }
          if (message.kind === 'measure') {
            if (measurements++ === script.diesAt) {
              return end({
                kind: 'crashed',
                failure: { code: 'runner.crashed', message: 'died as the script says' },
              });
            }
            if (message.alone === undefined) turns.push(model);
            let at = 0;
            const samples = message.order.map((image): MeasuredSample => {
              const inferenceMs = script.inferenceMs(inferences);
              // A bare loop is no prediction, and takes a tenth less.
              if (message.alone !== undefined) {
                const aloneMs = Array.from({ length: message.alone }, () => 0.9 * inferenceMs);
                const phases = { preprocessMs: 1, inferenceMs, postprocessMs: 1 };
                return { image, startMs: at, cpuMs: inferenceMs, phases, aloneMs };
              }
              inferences++;
              const sample = {
                image,
                startMs: at,
                cpuMs: inferenceMs,
                phases: { preprocessMs: 1, inferenceMs, postprocessMs: 1 },
              };
              at += inferenceMs + 2;
              return sample;
            });
            answer({
              kind: 'measured',
              samples,
              wallMs: at,
              cpuMs: at,
              involuntarySwitches: 0,
              peakRssBytes: 1e6,
            });
          }
        },
        stop: () => end({ kind: 'ended' }),
        exit,
        stderrTail: () => '',
      };
    },
  };
}
