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
