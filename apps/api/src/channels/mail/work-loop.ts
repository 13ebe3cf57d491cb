/**
 * Does rounds of work, one at a time: at once when woken, and every `pollMs` as a net for what nobody was told of. A round says whether it
 * found as much as it could take: then the next one follows at once.
 */
export class WorkLoop {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private isWoken = false;
  private isStopped = true;

  constructor(
    private readonly round: () => Promise<boolean>,
    private readonly pollMs: number,
    private readonly onError: (error: unknown) => void,
  ) {}

  start(): void {
    this.isStopped = false;
    this.timer = setInterval(() => this.wake(), this.pollMs);
    this.wake();
  }

  wake(): void {
    this.isWoken = true;
    if (!this.isStopped) this.running ??= this.run().finally(() => this.afterRun());
  }

  /** Resolves when the last round is over; none follows. */
  async stop(): Promise<void> {
    this.isStopped = true;
    if (this.timer) clearInterval(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.isWoken && !this.isStopped) {
      this.isWoken = false;
      try {
        if (await this.round()) this.isWoken = true;
      } catch (error) {
        this.onError(error);
      }
    }
  }

  /** Whoever woke it after its last look, when it still seemed to run, is heard as well. */
  private afterRun(): void {
    this.running = null;
    if (this.isWoken) this.wake();
  }
}
