import type { CapabilityMatrix, ModelDialect } from '@app/contracts';
import type { EntraApplication } from './connection/entra-tokens.js';
import type { RequestParameters } from './dialects/parameters.js';

/** How a service is reached. The key is plain text here and lives only as long as the call. */
export interface ProviderConnection {
  /** OpenAI-compatible base, for example `https://api.openai.com/v1`, without a trailing slash; its query goes with every request. */
  baseUrl: string;
  apiKey: string | null;
  /** Gets the tokens that are shown in place of a key. */
  entra?: EntraApplication | null;
  /** Further headers of every request, by their names in small letters. They go before our own, also before the key. */
  headers?: Readonly<Record<string, string>>;
  /** Further parameters of every address. */
  query?: Readonly<Record<string, string>>;
  /** Azure resource endpoints authenticate with an `api-key` header instead of a bearer token. */
  isAzure: boolean;
  dialect: ProviderDialect;
  /** What the probe found the service to honour. Unknown means: try. */
  capabilities: ProviderCapabilities;
}

/** A connection of which no more is known than the administrator has entered. */
export type BareConnection = Omit<ProviderConnection, 'dialect' | 'capabilities'>;

/** A stateless protocol, by its name in the table of dialects. */
export type ProviderDialect = ModelDialect;

export interface ProviderCapabilities {
  streaming: boolean;
  /** Whether a streamed answer ends with its token usage. */
  streamingUsage: boolean;
  tools: boolean;
  jsonSchema: boolean;
  images: boolean;
  /** By model: what the probe found the service to refuse. */
  adjustments?: Record<string, Adjustments>;
}

/**
 * How the list of messages is arranged. `alternating`: one system message, which comes first, then user and assistant in turn, as
 * many chat templates demand. `without_system`: the same with the instructions in the first message of the user.
 */
export type Arrangement = 'free' | 'alternating' | 'without_system';

/** What a request leaves out or does differently because the service has refused it before. */
export interface Adjustments {
  /** Fields of the body. */
  omitted: string[];
  arrangement: Arrangement;
  /** Input that is longer than this, in our count, has been refused. */
  contextTokens: number | null;
}

/** One item of the conversation. We own the history: every call carries the whole of it. */
export type ProviderItem =
  ProviderMessage | ProviderToolCall | { type: 'tool_result'; callId: string; output: string } | CarriedItem;

export interface ProviderMessage extends OwnWords {
  type: 'message';
  role: 'user' | 'assistant' | 'developer';
  text: string;
  /** What the customer sent with it; a service that does not take it is told that there was something. */
  attachments?: ProviderAttachment[];
}

export interface ProviderAttachment {
  kind: 'image' | 'document';
  /** A file name. */
  name: string;
  /** PNG, JPEG, WebP or GIF, or a PDF as a document, as `data:…;base64,…`. */
  dataUrl: string;
}

export interface ProviderToolCall extends OwnWords {
  type: 'tool_call';
  callId: string;
  name: string;
  arguments: string;
}

interface OwnWords {
  /** What the service added to the message or call, to be sent back as it came. */
  extra?: Record<string, unknown>;
  /** Who added it: {@link originOf}. It is sent to no other service or model. */
  origin?: string;
}

/** What a service said to itself beside its words and calls (reasoning, signatures). It goes back as it came, before them. */
export interface CarriedItem {
  type: 'carried';
  value: Record<string, unknown>;
  /** It goes back with later questions as well, not only with the results of calls. */
  isLasting?: boolean;
  /** Who said it: {@link originOf}. It is sent to no other service or model. */
  origin?: string;
}

/** What an answer refers to. */
export interface Citation {
  title: string;
  /** A page of the web; null for a file that the service keeps. */
  url: string | null;
}

export interface ProviderTool {
  name: string;
  description: string;
  /** JSON Schema of the arguments. */
  parameters: Record<string, unknown>;
}

export interface ProviderRequest {
  connection: ProviderConnection;
  model: string;
  instructions: string;
  items: ProviderItem[];
  tools: ProviderTool[];
  temperature: number | null;
  maxOutputTokens: number | null;
  parameters?: RequestParameters;
  /** Fields of the body that the administrator has added; never those that are ours. */
  extraBody?: Record<string, unknown> | null;
}

/** Tokens as the service counts them. */
export interface ProviderUsage {
  /** Everything that was sent, whether cached or not. */
  inputTokens: number;
  /** The part of the input that was read from the service's cache. */
  cachedTokens: number;
  /** The part of the input that was written into the service's cache; some services charge more for it. */
  cacheWriteTokens: number;
  outputTokens: number;
  reasoningTokens: number;
}

/**
 * What a stream yields, in order: any number of `text`, `thought`, `citation`, `tool_call` (complete calls only) and `carried`, then `usage` when the
 * service reports it, then exactly one `done`. A stream that ends without its terminal event throws `PROVIDER_INCOMPLETE`
 * instead of yielding `done`.
 */
export type ProviderEvent =
  | { type: 'text'; text: string }
  | ProviderToolCall
  | CarriedItem
  /** What the model says to itself, and what it remarks on the way to its answer. Never for customers. */
  | { type: 'thought'; kind: 'thought' | 'commentary'; text: string }
  | (Citation & { type: 'citation' })
  | { type: 'usage'; usage: ProviderUsage }
  /** `extra` is what the service added to its message. */
  | ({ type: 'done'; reason: 'stop' | 'length' | 'content_filter' | 'tool_calls' } & OwnWords);

export interface ProviderModel {
  id: string;
  /** `YYYY-MM-DD`, after which the service says it stops serving the model, if it says so. */
  shutdownDate: string | null;
  /** The model that the service recommends instead, if it names one. */
  replacedBy: string | null;
  /** The longest conversation, in tokens of the model, if the service tells. */
  contextTokens: number | null;
}

export interface ProviderModelList {
  /** Newest first. */
  models: ProviderModel[];
  /** False when the service has more models than it listed, or more than we keep. */
  isComplete: boolean;
}

/** Sees the answer of a call on its way to the one who asked: passes on every event, and the end. */
export type AnswerWatch = (
  request: ProviderRequest,
  answer: AsyncIterable<ProviderEvent>,
) => AsyncIterable<ProviderEvent>;

export interface ProbeResult {
  reachable: boolean;
  dialect: ProviderDialect | null;
  capabilities: ProviderCapabilities;
  /** Line by line what was found; `capabilities` is what requests make of it. */
  matrix: CapabilityMatrix;
  /** Null when the service has no list that can be read. */
  list: ProviderModelList | null;
  /** The model the probe spoke to; null when the service lists none and none was given. */
  probedModel: string | null;
  /** Milliseconds of the successful minimal call, null when none succeeded. */
  latencyMs: number | null;
  /** Why the probe failed, as a stable code and a sentence without secrets. */
  problem: { code: string; detail: string } | null;
}
