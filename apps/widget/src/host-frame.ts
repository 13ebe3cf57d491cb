/** What the launcher on the surrounding page and this page tell each other. */
export type ToHost =
  { baton: 'ready' } | { baton: 'unread'; count: number } | { baton: 'close' } | { baton: 'keep'; memory: string };
export type FromHost = { baton: 'shown' } | { baton: 'hidden' };

/**
 * The launcher that has opened this page in a frame. Listens to the surrounding page alone, and only while that is of the origin which the
 * launcher named; messages go to that origin alone.
 */
export class HostFrame {
  isShown = true;
  private readonly listeners = new Set<(isShown: boolean) => void>();

  constructor(
    private readonly origin: string | null,
    private readonly host: Window = globalThis.parent,
  ) {
    if (!this.isOpenedByLauncher) return;
    this.isShown = false;
    addEventListener('message', (event: MessageEvent<unknown>) => {
      if (event.source === this.host && event.origin === this.origin) this.receive(event.data);
    });
    this.tell({ baton: 'ready' });
  }

  get isOpenedByLauncher(): boolean {
    return this.origin !== null && /^https?:\/\//.test(this.origin) && this.host !== globalThis.window;
  }

  /** Also reports the state that the launcher sent before the listener was added: it answers sooner than the first frame is drawn. */
  onShown(listener: (isShown: boolean) => void): () => void {
    this.listeners.add(listener);
    if (this.isOpenedByLauncher && this.isShown) listener(true);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    this.tell({ baton: 'close' });
  }

  tellUnread(count: number): void {
    this.tell({ baton: 'unread', count });
  }

  /** Asks the site to keep what the browser does not let us keep. It gets it back with the next frame. */
  keep(memory: string): void {
    this.tell({ baton: 'keep', memory });
  }

  private tell(message: ToHost): void {
    if (this.isOpenedByLauncher) this.host.postMessage(message, this.origin!);
  }

  private receive(message: unknown): void {
    const { baton } = (typeof message === 'object' && message !== null ? message : {}) as Partial<FromHost>;
    if (baton !== 'shown' && baton !== 'hidden') return;
    this.isShown = baton === 'shown';
    for (const listener of this.listeners) listener(this.isShown);
  }
}
