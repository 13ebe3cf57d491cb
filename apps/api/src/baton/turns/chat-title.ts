const MAX_LENGTH = 80;

/** The title of a chat that was not named by hand: the beginning of its first message. */
export function titleOf(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length <= MAX_LENGTH
    ? line
    : `${line
        .slice(0, MAX_LENGTH - 1)
        .toWellFormed()
        .trimEnd()}…`;
}
