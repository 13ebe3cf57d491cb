/** Shown in place of a secret. Sent back, it stands for what is stored. */
export const MASK = '********';

const SECRET_TERM =
  /secret|passw(or)?d|passphrase|credential|signature|connectionstring|authorization|(api|access|account|private)key/;
const SECRET_WORD = /(key|token|pwd|cookie|jwt)s?$|^(sas|sig|auth|bearer|pass)$/;
const SECRET_PARAMETER_WORD = /^(code|ticket)$/;

/** What is a secret by its form, wherever it stands. */
const SECRET_FORMS = [
  /\b(sk|pk|rk|bt|bv|gh[opsu]|github_pat|xox[a-z])[-_][\w.-]{12,}/,
  /\bAKIA[A-Z0-9]{16}\b/,
  /\beyJ[\w-]{8,}\./,
  /\bbearer\s+[\w.~+/=-]{8,}/i,
  /^basic\s+[\w+/=-]{8,}$/i,
  /\/\/[^/\s@]+@/,
  /(key|secret|password|pwd|token|signature|[?&](sig|code|ticket))\s*=\s*[^\s;&]{4,}/i,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
];

const RANDOM_LETTERS = /^[\w+/=-]{20,}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Words, numbers and names in camel case change less often between small letters, capital letters and digits. */
const RANDOM_CHANGES = 1 / 3;
const CHANGE = /(?<=[a-z])[A-Z0-9]|(?<=[A-Z])[0-9]|(?<=[0-9])[A-Za-z]|(?<=[A-Z]{2})[a-z]/g;

const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);

/** Whether a field of this name holds a secret, however the name is spelled. */
export function isSecretName(name: string): boolean {
  const words = wordsOf(name);
  return SECRET_TERM.test(words.join('')) || words.some((word) => SECRET_WORD.test(word));
}

/** Whether a query parameter of this name does. */
export const isSecretParameter = (name: string): boolean =>
  isSecretName(name) || wordsOf(name).some((word) => SECRET_PARAMETER_WORD.test(word));

/** Whether a text looks like a secret, or holds one. */
export const holdsSecret = (text: string): boolean => SECRET_FORMS.some((form) => form.test(text)) || isRandom(text);

const isRandom = (text: string): boolean =>
  RANDOM_LETTERS.test(text) && !UUID.test(text) && (text.match(CHANGE)?.length ?? 0) >= text.length * RANDOM_CHANGES;
