import { readServerSentEvents, type ChatEventEnvelope, type MessageDelta } from '@baton/client';

export interface StreamedEvent {
  id: string | null;
  type: string;
  data: Record<string, unknown>;
}

type StreamInit = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> };

/** One connection to an event stream, read as it comes. */
export class EventStream {
  readonly events: StreamedEvent[] = [];
  private readonly changed: (() => void)[] = [];
  private readonly abort = new AbortController();
  private reading: Promise<void> = Promise.resolve();
  hasEnded = false;
  status = 0;
  headers = new Headers();

  static async open(url: string, init: StreamInit = {}): Promise<EventStream> {
    const stream = new EventStream();
    const response = await fetch(url, {
      ...init,
      headers: { accept: 'text/event-stream', ...init.headers },
      signal: stream.abort.signal,
    });
    stream.status = response.status;
    stream.headers = response.headers;
    stream.reading = stream.read(response).catch(() => undefined);
    return stream;
  }

  /** Resolves when the condition holds; fails when the stream ends before. */
  async until(condition: (events: StreamedEvent[]) => boolean): Promise<void> {
    while (!condition(this.events)) {
      if (this.hasEnded) throw new Error(`The stream ended after ${JSON.stringify(this.events.slice(-3))}`);
      await new Promise<void>((resolve) => this.changed.push(resolve));
    }
  }

  async untilEnd(): Promise<StreamedEvent[]> {
    await this.reading;
    return this.events;
  }

  async close(): Promise<void> {
    this.abort.abort();
    await this.reading;
  }

  get lastId(): string {
    return this.events.findLast(({ id }) => id !== null)?.id ?? '0:0';
  }

  types(): string[] {
    return this.events.map(({ type }) => type);
  }

  /** What the deltas add up to; fails when they do not join. */
  text(from = 0): string {
    let text = '';
    for (const delta of this.deltas()) {
      if (delta.offset !== from + text.length)
        throw new Error(`A delta at ${delta.offset} does not join on to ${from + text.length}`);
      text += delta.text;
    }
    return text;
  }

  deltas(): MessageDelta[] {
    return this.events
      .filter(({ type }) => type === 'message.delta')
      .map(({ data }) => data as unknown as MessageDelta);
  }

  numbered(): ChatEventEnvelope[] {
    return this.events.filter(({ data }) => 'seq' in data).map(({ data }) => data as unknown as ChatEventEnvelope);
  }

  private async read(response: Response): Promise<void> {
    try {
      for await (const { id, event, data } of readServerSentEvents(response.body!)) {
        this.events.push({ id: id ?? null, type: event ?? 'message', data: JSON.parse(data) as StreamedEvent['data'] });
        this.tell();
      }
    } finally {
      this.hasEnded = true;
      this.tell();
    }
  }

  private tell(): void {
    for (const resolve of this.changed.splice(0)) resolve();
  }
}
