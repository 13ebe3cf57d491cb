export type Release = () => void;

/**
 * Places for calls that run at once. Whatever finds none waits in line, first come, first served. Not cockatiel's bulkhead: a place must be
 * left at once when the turn is stopped, and the limit changes while calls run.
 */
export class Slots {
  private held = 0;
  private readonly line = new Set<() => void>();
  private most = Infinity;

  get running(): number {
    return this.held;
  }

  get waiting(): number {
    return this.line.size;
  }

  /** Calls that run already keep their places. */
  setLimit(limit: number | null): void {
    this.most = limit ?? Infinity;
    this.admit();
  }

  /** A place and the way to give it back; null when none became free in time, or the signal has aborted. */
  take(waitMs: number, signal: AbortSignal): Promise<Release | null> {
    if (signal.aborted) return Promise.resolve(null);
    if (this.held < this.most) return Promise.resolve(this.hold());
    return new Promise((resolve) => {
      const leave = (release: Release | null): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        this.line.delete(enter);
        resolve(release);
      };
      const giveUp = (): void => leave(null);
      const enter = (): void => leave(this.hold());
      const timer = setTimeout(giveUp, waitMs);
      signal.addEventListener('abort', giveUp, { once: true });
      this.line.add(enter);
    });
  }

  private hold(): Release {
    this.held++;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.held--;
      this.admit();
    };
  }

  private admit(): void {
    for (const enter of this.line) {
      if (this.held >= this.most) return;
      enter();
    }
  }
}
