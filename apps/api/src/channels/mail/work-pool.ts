import { WorkLoop } from '@app/common';

const POLL_MS = 1000;

/** Works on several pieces at a time, each on its own, and claims more as soon as there is room: work that instances share. */
export class WorkPool {
  private readonly active = new Set<Promise<void>>();
  private readonly loop: WorkLoop;

  /** `claim` returns at most as many pieces of work as it is asked for; they must not fail. */
  constructor(
    name: string,
    private readonly size: number,
    private readonly claim: (limit: number) => Promise<(() => Promise<void>)[]>,
  ) {
    this.loop = new WorkLoop(name, POLL_MS, () => this.fill());
  }

  start(): void {
    this.loop.start();
    this.loop.wake();
  }

  wake(): void {
    this.loop.wake();
  }

  wakeIn(milliseconds: number): void {
    setTimeout(() => this.loop.wake(), milliseconds).unref();
  }

  /** Resolves when what is under way is done; nothing more is claimed. */
  async stop(): Promise<void> {
    await this.loop.stop();
    await Promise.all(this.active);
  }

  private async fill(): Promise<boolean> {
    const free = this.size - this.active.size;
    if (free === 0) return false;
    const claimed = await this.claim(free);
    for (const work of claimed) this.begin(work);
    return claimed.length > 0;
  }

  private begin(work: () => Promise<void>): void {
    const piece = work().finally(() => {
      this.active.delete(piece);
      this.loop.wake();
    });
    this.active.add(piece);
  }
}
