/** Takes one complete event. `event` is empty when the stream names none. */
export type SseListener = (event: string, data: string) => void;

/** A stream that sends this much without ending an event is not one we can read. */
const LONGEST_EVENT = 16 * 1024 * 1024;

/**
 * Reads `text/event-stream` piece by piece: LF, CRLF and CR line ends, comments, data over several lines, cuts anywhere.
 * Takes text that is already decoded and keeps nothing but the unfinished event.
 */
export class SseParser {
  private rest = '';
  private event = '';
  private data: string | null = null;
  private started = false;
  private endedWithCr = false;

  constructor(private readonly listener: SseListener) {}

  push(chunk: string): void {
    if (chunk === '') return;
    let text = chunk;
    if (this.endedWithCr || text.includes('\r')) text = this.normaliseLineEnds(text);
    if (!this.started) {
      this.started = true;
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    }
    let end = text.indexOf('\n');
    if (end === -1) {
      this.keep(this.rest + text);
      return;
    }
    if (this.rest !== '') {
      text = this.rest + text;
      end = text.indexOf('\n', this.rest.length);
      this.rest = '';
    }
    let start = 0;
    while (end !== -1) {
      this.readLine(text, start, end);
      start = end + 1;
      end = text.indexOf('\n', start);
    }
    if (start < text.length) this.keep(text.slice(start));
  }

  /** Hands over an event that the stream ended before closing it with an empty line. */
  end(): void {
    if (this.rest !== '') {
      const line = this.rest;
      this.rest = '';
      this.readLine(line, 0, line.length);
    }
    this.dispatch();
  }

  private keep(rest: string): void {
    if (rest.length > LONGEST_EVENT) throw new RangeError('An event of the stream is too long.');
    this.rest = rest;
  }

  private normaliseLineEnds(chunk: string): string {
    const text = this.endedWithCr && chunk.startsWith('\n') ? chunk.slice(1) : chunk;
    this.endedWithCr = chunk.endsWith('\r');
    return text.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  }

  private readLine(text: string, start: number, end: number): void {
    if (start === end) {
      this.dispatch();
    } else if (text.startsWith('data:', start)) {
      const value = text.slice(skipSpace(text, start + 5), end);
      this.data = this.data === null ? value : `${this.data}\n${value}`;
      if (this.data.length > LONGEST_EVENT) throw new RangeError('An event of the stream is too long.');
    } else if (text.startsWith('event:', start)) {
      this.event = text.slice(skipSpace(text, start + 6), end);
    } else if (end - start === 4 && text.startsWith('data', start)) {
      this.data = this.data === null ? '' : `${this.data}\n`;
    }
  }

  private dispatch(): void {
    const { event, data } = this;
    this.event = '';
    this.data = null;
    // Keep-alives come as events with nothing in them.
    if (data !== null && data.trim() !== '') this.listener(event, data);
  }
}

const skipSpace = (text: string, index: number): number => (text.charCodeAt(index) === 32 ? index + 1 : index);
