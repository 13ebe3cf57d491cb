import type { ServiceTable } from './dialects/index.d.mts';

/** How one message is answered. Each field can also be written into the message: `[[tokens=200 delay=20]] [[text=Hello]]`. */
export interface Scenario {
  /** How many pieces the generated text has. */
  tokens?: number;
  /** Milliseconds before each piece (before the answer when it is not streamed). */
  delay?: number;
  /** Milliseconds before the first piece, when it differs from `delay`. */
  ttft?: number;
  /** Answer with exactly this text. */
  text?: string;
  /** Answer with this many bytes. */
  big?: number;
  /** Call this tool first, and answer with text once its result has come back. */
  tool?: { name: string; arguments: string };
  /** Call these tools, round by round, as long as tools are offered; then answer with text. */
  rounds?: { name: string; arguments: string }[][];
  /** Say this before the calls of every round. */
  sayBeforeTools?: string[];
  /** How the answer ends. */
  finish?: 'length' | 'content_filter';
  /** Send the text as a refusal. */
  refusal?: true;
  cached?: number;
  reasoning?: number;

  /** Answer with this status and an error body; `code`, `message` and `retryAfter` (seconds or a date) go with it. */
  status?: number;
  code?: string;
  message?: string;
  retryAfter?: number | string;
  /** More headers of the error. */
  headers?: Record<string, string>;
  quota?: true;
  modelNotFound?: true;
  /** A sign-in page with status 200. */
  html?: true;
  /** Never answer. */
  hang?: true;
  /** Fall silent in the middle, or after so many pieces. */
  stall?: true | number;
  /** Cut the connection: before the answer, or after so many pieces. */
  reset?: true | number;
  /** End the stream in the middle of an event. */
  half?: true | number;
  /** Send an event that is not JSON. */
  malformed?: true | number;
  /** Report this error code inside the stream, in the middle of the answer or after `errorAt` pieces. */
  error?: string;
  errorAt?: number;
  /** Answer with status 200 and nothing. */
  empty?: true;
  redirect?: true;
  /** End the stream without its terminal event, behind the whole text or after so many pieces. */
  noEnd?: true | number;
  /** Put a byte that is no UTF-8, or millions of letters, into the text: in its middle, or before this piece. */
  badUtf8?: true | number;
  huge?: true | number;
  /** Apply the faults above only the first n times this message is seen, or only once tools have answered so often. */
  fail?: number;
  fromRound?: number;
  /** Label the answer wrongly. */
  contentType?: string;

  /** Framing: CRLF line ends, comments between events, so many bytes per write, no final `[DONE]`. */
  crlf?: true;
  comments?: true;
  slice?: number;
  noDone?: true;
}

export interface FakeProviderOptions {
  /** Refuse every other key. */
  apiKey?: string | null;
  models?: { id: string; shutdown_date?: string; created?: number }[];
  /** Answer 404 to a model that is not listed. */
  strictModels?: boolean;
  dialects?: ('responses' | 'chat_completions' | 'anthropic_messages')[];
  /** What the service lacks. `false` ignores streaming and its usage; `'refused'` answers 400. */
  features?: {
    streaming?: boolean | 'refused';
    streamingUsage?: boolean | 'refused';
    tools?: boolean;
    /** More than one call in an answer. */
    parallelTools?: boolean;
    jsonSchema?: boolean;
    images?: boolean;
  };
  /** Play this service instead of one that differs from OpenAI in what it lacks only. */
  service?: ServiceTable;
  /** How many bodies the journal keeps. */
  journalSize?: number;
}

export interface JournalEntry {
  path: string;
  body: Record<string, unknown>;
  headers: Record<string, string | undefined>;
  userMessage: string;
  /** Milliseconds since 1970, with fractions. */
  at: number;
  piecesSent: number;
  status: number;
  /** Also in the header `x-request-id` of the answer. */
  requestId: string;
  /** What an answer cost, also where the client was not told; null when there was none. */
  usage: { inputTokens: number; cachedTokens: number; outputTokens: number; reasoningTokens: number } | null;
  isUsageSent: boolean;
}

/** A request that the service refused by a quirk. */
export interface JournalRefusal {
  what: string;
  path: string;
  body: Record<string, unknown>;
}

export interface JournalAbort {
  at: number;
  userMessage: string;
  piecesSent: number;
}

export declare class Journal {
  count: number;
  /** Requests that are being answered now, and the most of them at any time since the journal was cleared. */
  running: number;
  mostRunning: number;
  requests: JournalEntry[];
  aborts: JournalAbort[];
  refusals: JournalRefusal[];
  get last(): JournalEntry | undefined;
  clear(): void;
  until(condition: (journal: Journal) => boolean): Promise<void>;
  snapshot(): { count: number; aborts: JournalAbort[]; requests: JournalEntry[] };
}

/** The whole text of the answer to a message, byte for byte. */
export declare function expectedText(message: string, scenario?: Scenario): string;

export declare class FakeProvider {
  constructor(options?: FakeProviderOptions);
  readonly journal: Journal;
  /** Known once started; ends in `/v1`. */
  get baseUrl(): string;
  /** The client ports of the connections that are open. */
  get connections(): number[];
  /** Answers every message the matcher takes by the scenario; `'default'` answers all others. */
  script(
    matcher: string | RegExp | ((userMessage: string, body: Record<string, unknown>) => boolean),
    scenario: Scenario,
  ): this;
  reset(): void;
  start(port?: number): Promise<string>;
  stop(): Promise<void>;
}
