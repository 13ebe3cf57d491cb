import { AppError, csvLine } from '@app/common';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { NewPriceDto, type PriceDto } from './price.dto.js';

const COLUMNS = [
  'serviceId',
  'model',
  'validFrom',
  'validUntil',
  'inputNano',
  'cachedNano',
  'cacheWriteNano',
  'outputNano',
  'source',
] as const;
const NUMBERS: readonly string[] = ['inputNano', 'cachedNano', 'cacheWriteNano', 'outputNano'];
const MAX_LINES = 5001;

/** One line for each price, after a line with the names of the columns. */
export const pricesAsCsv = (prices: readonly PriceDto[]): string =>
  [COLUMNS, ...prices.map((price) => COLUMNS.map((column) => String(price[column] ?? '')))].map(csvLine).join('');

/** Columns may come in any order, and those that a price can do without may be missing. Throws VALIDATION_FAILED with the line. */
export function pricesFromCsv(csv: string): NewPriceDto[] {
  const [names = [], ...lines] = readCsv(csv);
  const unknown = names.find((name) => !(COLUMNS as readonly string[]).includes(name));
  if (unknown !== undefined) throw invalid(1, `there is no column "${unknown.slice(0, 40)}"`);
  return lines.map((cells, index) => {
    const line = index + 2;
    if (cells.length !== names.length) throw invalid(line, `has ${cells.length} cells instead of ${names.length}`);
    const filled = names.flatMap((name, column): [string, string | number][] => {
      const text = cells[column]!.trim();
      if (text === '') return [];
      return [[name, NUMBERS.includes(name) ? numberOf(text) : text]];
    });
    const price = plainToInstance(NewPriceDto, Object.fromEntries(filled));
    const [problem] = validateSync(price);
    if (problem !== undefined) throw invalid(line, Object.values(problem.constraints ?? {})[0] ?? 'is not valid');
    return price;
  });
}

const numberOf = (text: string): number => (/^-?\d{1,20}$/.test(text) ? Number(text) : Number.NaN);

const invalid = (line: number, message: string): AppError =>
  new AppError('VALIDATION_FAILED', { errors: [{ path: 'csv', message: `line ${line}: ${message}` }] });

/** RFC 4180; empty lines are left out. */
function readCsv(csv: string): string[][] {
  const lines: string[][] = [];
  let cells: string[] = [];
  const token = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|$)/gy;
  const text = csv.replace(/^\ufeff/, '');
  while (token.lastIndex < text.length) {
    const found = token.exec(text);
    if (found === null) throw invalid(lines.length + 1, 'a quotation mark is not closed, or stands inside a cell');
    const [, raw = '', end] = found;
    cells.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw);
    if (end === ',' && token.lastIndex < text.length) continue;
    if (end === ',') cells.push('');
    if (cells.length > 1 || cells[0] !== '') lines.push(cells);
    cells = [];
    if (lines.length > MAX_LINES) throw invalid(lines.length, 'there are too many prices');
  }
  return lines;
}
