/**
 * Whether the name of a variable says that it holds a secret, by its last words: `HF_TOKEN`, `AWS_ACCESS_KEY_ID`, `DB_PASSWORD`. Variables
 * that only speak of one do not: `TOKENIZERS_PARALLELISM`, `GOOGLE_APPLICATION_CREDENTIALS` (a path).
 */
export function namesSecret(variable: string): boolean {
  return /(?:^|_)(?:(?:api|access|secret|private)?_?key(?:_id)?|token|secret|passw(?:or)?d)$/i.test(variable);
}
