import { readFileSync } from 'node:fs';
import { tableOfModes } from '../e2e/model-services/fault-modes.js';

const PAGE = 'docs/proofs/model-services.md';

/** Rows without the padding that the formatter adds. */
const rowsIn = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|') && !line.startsWith('| -'))
    .map((line) => line.replace(/\s*\|\s*/g, '|'));

it('the page on model services has the table of faults that the tests go through', () => {
  const [, ofFaults] = readFileSync(PAGE, 'utf8').split('<!-- fault modes -->');
  expect(rowsIn(ofFaults!.split('\n## ')[0]!)).toEqual(rowsIn(tableOfModes()));
});
