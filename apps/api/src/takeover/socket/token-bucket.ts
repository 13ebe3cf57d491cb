/** So many at once, and so many a second in the long run. */
export class TokenBucket {
  private tokens: number;
  private refilledAt = performance.now();

  constructor(
    private readonly size: number,
    private readonly perSecond: number,
  ) {
    this.tokens = size;
  }

  /** False when there is none left. */
  take(): boolean {
    const now = performance.now();
    this.tokens = Math.min(this.size, this.tokens + ((now - this.refilledAt) / 1000) * this.perSecond);
    this.refilledAt = now;
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }

  get isFull(): boolean {
    return this.tokens + ((performance.now() - this.refilledAt) / 1000) * this.perSecond >= this.size;
  }
}
