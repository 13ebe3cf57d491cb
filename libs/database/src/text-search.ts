export interface SqlCondition {
  sql: string;
  parameters: Record<string, string>;
}

/**
 * LIKE patterns (with `ESCAPE '!'`) of which one fits a text that contains the search, whatever signs it holds. SQLite folds the case of
 * ASCII letters only, so other letters are looked for in the ways people write them.
 */
function containsPatterns(search: string): string[] {
  return spellings(search).map((spelling) => `%${spelling.replace(/[!%_]/g, '!$&')}%`);
}

/** As text of the connection: ids are ASCII, which MariaDB does not compare with other letters. */
const folded = (expression: string): string => `LOWER(CAST(${expression} AS CHAR))`;

/** A condition that any of the expressions contains the text, without regard to case. */
export function containsText(expressions: string[], text: string): SqlCondition {
  const parameters = Object.fromEntries(containsPatterns(text).map((pattern, index) => [`search${index}`, pattern]));
  const conditions = expressions.flatMap((expression) =>
    Object.keys(parameters).map((name) => `${folded(expression)} LIKE LOWER(:${name}) ESCAPE '!'`),
  );
  return { sql: `(${conditions.join(' OR ')})`, parameters };
}

/** The same for raw SQL, whose parameters have no names. */
export function containsTextRaw(expression: string, text: string): { sql: string; values: string[] } {
  const values = containsPatterns(text);
  const conditions = values.map(() => `${folded(expression)} LIKE LOWER(?) ESCAPE '!'`);
  return { sql: `(${conditions.join(' OR ')})`, values };
}

function spellings(text: string): string[] {
  if (/^[\x20-\x7e]*$/.test(text)) return [text];
  const lower = text.toLowerCase();
  const capitalised = lower.charAt(0).toUpperCase() + lower.slice(1);
  return [...new Set([text, lower, text.toUpperCase(), capitalised])];
}

/** The text inside a json column that holds one string. */
export const jsonText = (column: string, isSqlite: boolean): string =>
  isSqlite ? `json_extract(${column}, '$')` : `JSON_UNQUOTE(${column})`;
