import { MaskbenchError } from '../../core/errors.js';
import { hideSecrets } from '../../core/secrets.js';
import { SECRET, type Service } from './spec.js';

/** The headers of a service with their secrets in place, and what must be in no text that is left behind. */
export interface Secrets {
  /** What goes along to an address: nothing of it to another origin than the service's own. */
  headersFor(url: string): Readonly<Record<string, string>>;
  /** With every secret in it made unreadable, also as it stands in JSON, an address or base64. */
  redact(text: string): string;
}

/** @throws MaskbenchError `usage` for a variable that is not set, or that no header can hold. */
export function secretsOf({ url, headers }: Service, env: NodeJS.ProcessEnv): Secrets {
  const { origin } = new URL(url);
  const values = new Map<string, string>();
  const filled = Object.entries(headers).map(([header, template]): [string, string] => [
    header,
    template.replaceAll(SECRET, (_, name: string) => {
      const value = env[name]?.trim() ?? '';
      if (value === '' || /[^\t\u0020-\u007e\u0080-\u00ff]/.test(value)) {
        const what = value === '' ? 'is not set' : 'holds what no header can';
        throw new MaskbenchError('usage', `the variable ${name} ${what}`, {
          remedy: `the header ${header} of the service takes it from your environment`,
        });
      }
      values.set(name, value);
      return value;
    }),
  ]);
  const own = Object.fromEntries(filled);
  return {
    headersFor: (to) => (new URL(to).origin === origin ? own : {}),
    redact: hideSecrets(values),
  };
}
