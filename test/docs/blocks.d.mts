export interface BashBlock {
  page: string;
  line: number;
  lines: string[];
  notRun: string | null;
  needs: string | null;
  prints: string[];
}

export function pages(): string[];
export function bashBlocks(page: string): BashBlock[];
