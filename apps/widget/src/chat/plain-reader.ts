import { readServerSentEvents, type ChatEventEnvelope, type ChatState, type MessageDelta } from '@baton/client';
import { ApiError, type Api, type ResponseBody } from '../api.js';

export interface PlainReaderListeners {
  /** Where to go on reading. */
  position: () => { after: number; offset: number };
  /** Also what has been seen already. */
  event: (event: ChatEventEnvelope) => void;
  delta: (delta: MessageDelta) => void;
  /** With who holds the chat when everything so far has been read. */
  begun: (state: ChatState) => void;
  /** `refusal` is a status: the chat or the visitor is not known any more. */
  connection: (isConnected: boolean, refusal: number | null) => void;
}

const POLL_MS = 1500;
const RETRY_MS = 3000;
const PAGE = 100;
const FINAL = [401, 404];
/** The server writes something every 15 seconds. */
const SILENCE_MS = 20_000;

/**
 * Reads a chat where no socket comes through, as behind proxies that know nothing of WebSockets: page by page, and as a stream as long as one
 * arrives. A proxy that gathers a stream before it passes it on, or ends it after a while, delays the text of an answer and loses nothing.
 */
export class PlainReader {
  private readonly leave = new AbortController();
  private isFlowing = false;
  private hasBegun = false;

  constructor(
    private readonly api: Api,
    private readonly token: () => Promise<string>,
    private readonly chatId: string,
    private readonly listeners: PlainReaderListeners,
  ) {
    void this.poll();
    void this.follow();
  }

  stop(): void {
    this.leave.abort();
  }

  private async poll(): Promise<void> {
    while (!this.leave.signal.aborted) {
      const isRead = this.isFlowing || (await this.readPages());
      await pause(isRead ? POLL_MS : RETRY_MS);
    }
  }

  private async readPages(): Promise<boolean> {
    try {
      for (let hasMore = true; hasMore;) {
        const page = await this.api.readEvents(await this.token(), this.chatId, this.listeners.position().after, PAGE);
        if (this.leave.signal.aborted) return true;
        page.items.forEach(this.listeners.event);
        ({ hasMore } = page);
      }
      if (!this.hasBegun) this.listeners.begun(await this.api.readState(await this.token(), this.chatId));
      this.hasBegun = true;
      this.listeners.connection(true, null);
      return true;
    } catch (error) {
      if (this.leave.signal.aborted) return false;
      const status = error instanceof ApiError ? error.status : 0;
      this.listeners.connection(false, FINAL.includes(status) ? status : null);
      return false;
    }
  }

  /** Until a stream brings nothing at all: another would not either. */
  private async follow(): Promise<void> {
    while (!this.leave.signal.aborted) {
      const hasFlown = await this.followOnce().catch(() => true);
      this.isFlowing = false;
      if (!hasFlown) return;
      await pause(POLL_MS);
    }
  }

  /** Returns whether anything has arrived. */
  private async followOnce(): Promise<boolean> {
    const silence = new AbortController();
    let hasFlown = false;
    let timer = setTimeout(() => silence.abort(), SILENCE_MS);
    const isAlive = (): void => {
      hasFlown = this.isFlowing = true;
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
    };
    try {
      const { after, offset } = this.listeners.position();
      const signal = AbortSignal.any([this.leave.signal, silence.signal]);
      const body = await this.api.followEvents(await this.token(), this.chatId, `${after}:${offset}`, signal);
      for await (const { event, data } of readServerSentEvents(watched(body, isAlive))) {
        if (event === 'message.delta') this.listeners.delta(JSON.parse(data) as MessageDelta);
        else if (event !== 'stream.closed' && event !== 'error')
          this.listeners.event(JSON.parse(data) as ChatEventEnvelope);
      }
    } catch (error) {
      if (!silence.signal.aborted) throw error;
    } finally {
      clearTimeout(timer);
    }
    return hasFlown;
  }
}

const watched = (body: ResponseBody, isAlive: () => void): ResponseBody =>
  body.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(part, controller) {
        isAlive();
        controller.enqueue(part);
      },
    }),
  );

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
