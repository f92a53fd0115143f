/** Whether a name says of itself that it holds a secret: `api_key`, `accessToken`, `HF_TOKEN_2`, `PGPASSWORD`. `max_tokens` and `keypoints` do not. */
export function namesSecret(name: string): boolean {
  const plain = name.replaceAll(/[-_.]|[-_.]?\d+$/g, '').toLowerCase();
  return /(apikey|accesskey(id)?|secretkey|privatekey|secret|token|passw(or)?d|passphrase|signature)$/.test(
    plain,
  );
}

/** The same of a variable of the environment, where a key, and what is short for a password, are secrets as well: `OPENAI_KEY`, `MYSQL_PWD`. */
export function namesSecretVariable(name: string): boolean {
  return namesSecret(name) || /(?<!public)[-_.](key|pass|pat|pwd)([-_]?\d+)?$/i.test(name);
}

/** Whether a text is an address with a login in it, as `https://user:word@host/`. */
export function holdsLogin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username !== '' || password !== '';
}

/**
 * Makes secrets unreadable in whatever is left behind: each is replaced by `<its name>`, also as it stands in JSON, in an address
 * or as base64.
 *
 * @param secrets values by the names of their variables
 */
export function hideSecrets(secrets: Iterable<readonly [string, string]>): (text: string) => string {
  // The longest first: one may be the beginning of another.
  const hidden = [...secrets]
    .flatMap(([name, value]) => formsOf(value).map((form): [string, string] => [name, form]))
    .sort(([, a], [, b]) => b.length - a.length);
  return (text) => hidden.reduce((rest, [name, form]) => rest.replaceAll(form, `<${name}>`), text);
}

function formsOf(value: string): readonly string[] {
  const decoded = Buffer.from(value, 'base64').toString('latin1');
  // Of `Basic` credentials: the name and the password that they are made of.
  const isEncoded =
    /^[\u0020-\u007e]{4,}$/.test(decoded) && Buffer.from(decoded).toString('base64') === value;
  const forms = [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    Buffer.from(value).toString('base64'),
    ...(isEncoded ? [decoded, ...decoded.split(':')] : []),
  ];
  return [...new Set(forms)].filter((form) => form !== '');
}
