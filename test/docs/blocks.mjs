import { readdirSync, readFileSync } from 'node:fs';

/** The pages whose commands are run as they stand, in this order. */
export const pages = () => [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync('docs/guide')
    .filter((name) => name.endsWith('.md'))
    .toSorted()
    .map((name) => `docs/guide/${name}`),
];

const FENCE = /^(`{3,})(\w*)\s*$/;
const MARK = /^<!-- (not run|needs|prints): (.+) -->$/;

/**
 * The ```bash blocks of a page. Comments right before a block say what is expected of it:
 * `<!-- not run: reason -->`, `<!-- needs: program -->` (run where the program is installed) and `<!-- prints: text -->`.
 * @returns {{ page: string, line: number, lines: string[], notRun: string | null, needs: string | null, prints: string[] }[]}
 */
export function bashBlocks(page) {
  const blocks = [];
  let marks = [];
  let fence = null;
  for (const [index, line] of readFileSync(page, 'utf8').split('\n').entries()) {
    if (fence !== null) {
      if (line === fence.end) {
        if (fence.block) blocks.push(fence.block);
        fence = null;
      } else fence.block?.lines.push(line);
      continue;
    }
    const [, end, language] = FENCE.exec(line) ?? [];
    const [, kind, text] = MARK.exec(line) ?? [];
    if (end) {
      const block = { page, line: index + 1, lines: [], notRun: null, needs: null, prints: [] };
      for (const mark of marks) {
        if (mark.kind === 'prints') block.prints.push(mark.text);
        else if (mark.kind === 'needs') block.needs = mark.text;
        else block.notRun = mark.text;
      }
      fence = { end, block: language === 'bash' ? block : null };
      marks = [];
    } else if (kind) marks.push({ kind, text });
    else if (line !== '') marks = [];
  }
  return blocks;
}
