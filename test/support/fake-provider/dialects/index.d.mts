export type Dialect = 'responses' | 'chat_completions' | 'anthropic_messages';

/** A request as conditions see it. */
export interface FakeRequest {
  body: Record<string, unknown>;
  asks: Record<string, unknown>;
  headers: Record<string, string | undefined>;
  url: string;
}

/** One way in which a service differs: it refuses a request, ignores a wish, or writes its answers differently. */
export interface Quirk {
  what: string;
  source: string;
  /** The dialect that it concerns; every one if absent. */
  in?: Dialect;
  refuses?: (request: FakeRequest) => boolean;
  status?: number;
  body?: unknown;
  ignores?: 'streaming' | 'usage' | 'forcing' | 'parallel calls';
  wire?: Record<string, unknown>;
}

export interface ServiceTable {
  name: string;
  base?: string;
  /** Follows the base in the address that administrators paste. */
  pastedWith?: string;
  dialects: Dialect[];
  models?: { id: string }[];
  hasNoModelList?: true;
  quirks: Quirk[];
  expects: { dialect: Dialect; capabilities: Record<string, boolean> };
}

export declare const SERVICES: ServiceTable[];
