import { activeSpan, inSpan, isUnreachable, withSpan, type Span } from '@app/common';

interface Entry<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
  span: Span | undefined;
}

const MAX_BATCH = 200;

/**
 * Shares commits: what callers submit while one transaction is under way goes into the next one together. Each caller is answered
 * only after the commit that holds its item. An item that spoils a batch fails alone. Reads that every turn needs share their
 * round trips in the same way.
 */
export class GroupCommit<Item, Result> {
  private waiting: Entry<Item, Result>[] = [];
  private isRunning = false;

  /** @param commit writes all items in one transaction and returns their results in the same order. */
  constructor(private readonly commit: (items: Item[]) => Promise<Result[]>) {}

  submit(item: Item): Promise<Result> {
    return inSpan('group commit', {}, () => this.enqueue(item));
  }

  private enqueue(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject, span: activeSpan() });
      if (this.isRunning) return;
      this.isRunning = true;
      setImmediate(() => void this.drain());
    });
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, MAX_BATCH);
      await this.commitBatch(batch);
    }
    this.isRunning = false;
  }

  private async commitBatch(batch: Entry<Item, Result>[]): Promise<void> {
    try {
      const results = await withSpan(leaderOf(batch), () => this.commit(batch.map(({ item }) => item)));
      batch.forEach((entry, index) => entry.resolve(results[index]!));
    } catch (error) {
      // No item spoils the others when the database cannot be reached.
      if (batch.length === 1 || isUnreachable(error)) return batch.forEach((entry) => entry.reject(error));
      await Promise.all(batch.map((entry) => this.commitBatch([entry])));
    }
  }
}

/** The statements are told in the trace of the first; those of the others point to it. */
function leaderOf(batch: readonly Pick<Entry<never, never>, 'span'>[]): Span | undefined {
  const [leader, ...others] = batch.flatMap(({ span }) => span ?? []);
  if (leader !== undefined) for (const span of others) span.link(leader);
  return leader;
}
