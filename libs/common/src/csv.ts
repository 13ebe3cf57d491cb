/** One line of a CSV file (RFC 4180), with its end. Spreadsheets execute cells that look like formulas; an apostrophe makes them text. */
export const csvLine = (cells: readonly string[]): string => `${cells.map(csvField).join(',')}\r\n`;

const csvField = (text: string): string => {
  const safe = /^\s*[=+\-@|%]|^[\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
