const MAX_LENGTH = 60;

/** A model's suggestion as a title: one line without quotes, at most 60 characters. Empty when nothing is left. */
export function chatTitleOf(text: string): string {
  const line = text.split('\n').find((each) => each.trim() !== '') ?? '';
  const bare = line
    .replace(/\s+/g, ' ')
    .replace(/^\s*(#+\s*)?(title|titel):\s*/i, '')
    .replace(/^[\s"'“”„«»*#_]+|[\s"'“”„«»*_.]+$/gu, '');
  const characters = Array.from(bare);
  return characters.length <= MAX_LENGTH
    ? bare
    : `${characters
        .slice(0, MAX_LENGTH - 1)
        .join('')
        .trimEnd()}…`;
}
