import { anthropicMessages } from './wire/anthropic-messages.mjs';
import { chatCompletions } from './wire/chat-completions.mjs';
import { responses } from './wire/responses.mjs';

const WIRES = { responses, chat_completions: chatCompletions, anthropic_messages: anthropicMessages };
const DIALECT_NAMES = Object.keys(WIRES);
const PATHS = {
  responses: '/responses',
  chat_completions: '/chat/completions',
  anthropic_messages: '/messages',
};

const errorOf = ({ code = null, type = 'invalid_request_error', message }) => ({
  error: { message, type: code === 'insufficient_quota' ? code : type, param: null, code },
});

const LISTED = { object: 'model', created: 1_700_000_000, owned_by: 'fake' };

/** What tables leave out: OpenAI's way. */
const USUAL = {
  base: '/v1',
  dialects: DIALECT_NAMES,
  models: [{ id: 'fake-large' }, { id: 'fake-old', shutdown_date: '2027-01-31' }],
  listModels: (models) => ({ object: 'list', data: models.map((model) => ({ ...LISTED, ...model })) }),
  /** The answer to a path that the service does not have. */
  unknownPath: (method, path) => ({ status: 404, body: errorOf({ message: `Invalid URL (${method} ${path})` }) }),
  errorOf,
  callId: (id, place) => (place === 0 ? `call_${id}` : `call_${id}_${place}`),
  headers: {},
  quirks: [],
};

/** One service as its table describes it: what it speaks, refuses and ignores, and how its answers look. */
export class Service {
  #table;

  constructor(table) {
    this.#table = { ...USUAL, ...table };
  }

  get base() {
    return this.#table.base;
  }

  get headers() {
    return this.#table.headers;
  }

  /** @returns the dialect of a request, by its path below the base; undefined when the service has no such path */
  dialectOf(path) {
    return this.#table.dialects.find((name) => PATHS[name] === path);
  }

  /** Null when it has none. */
  modelList() {
    return this.#table.hasNoModelList ? null : this.#table.listModels(this.#table.models);
  }

  unknownPath(method, path) {
    return this.#table.unknownPath(method, path);
  }

  error(fields) {
    return this.#table.errorOf(fields);
  }

  /** The first quirk by which the service refuses a request; undefined when it takes it. */
  refusalOf(dialect, request) {
    return this.#quirksOf(dialect).find(({ refuses }) => refuses?.(request));
  }

  /** Whether the service takes no notice of a wish: streaming, usage, forcing, parallel calls. */
  ignores(dialect, wish) {
    return this.#quirksOf(dialect).some(({ ignores }) => ignores === wish);
  }

  wireOf(dialect) {
    const ways = this.#quirksOf(dialect).map(({ wire }) => wire);
    return { dialect: WIRES[dialect], way: Object.assign({}, ...ways) };
  }

  callId(id, place) {
    return this.#table.callId(id, place);
  }

  #quirksOf(dialect) {
    return this.#table.quirks.filter((quirk) => quirk.in === undefined || quirk.in === dialect);
  }
}

/** The table of a service that differs from OpenAI in what it lacks only. */
export function tableOf({ models = USUAL.models, strictModels = false, dialects = DIALECT_NAMES, features = {} }) {
  const lacks = (what, refuses) => ({
    what: `does not support ${what}`,
    refuses,
    status: 400,
    body: errorOf({ code: 'unsupported_parameter', message: `This service does not support ${what}.` }),
  });
  const unlisted = ({ body }) => !models.some(({ id }) => id === body.model);
  const { streaming, streamingUsage, tools, parallelTools, jsonSchema, images } = features;
  const quirks = [
    strictModels && {
      what: 'knows listed models only',
      refuses: unlisted,
      status: 404,
      body: ({ body }) => errorOf({ code: 'model_not_found', message: `The model '${body.model}' does not exist.` }),
    },
    streaming === 'refused' && lacks('streaming', ({ body }) => body.stream),
    streaming === false && { what: 'does not stream', ignores: 'streaming' },
    streamingUsage === 'refused' && lacks('stream_options', ({ body }) => body.stream_options),
    streamingUsage === false && { what: 'reports no usage in streams', ignores: 'usage' },
    tools === false && lacks('tools', ({ asks }) => asks.tools.length > 0),
    parallelTools === false && { what: 'makes one call in an answer', ignores: 'parallel calls' },
    jsonSchema === false && lacks('JSON schema', ({ asks }) => asks.schema),
    images === false && lacks('images', ({ asks }) => asks.image),
  ];
  return { models, dialects, quirks: quirks.filter(Boolean) };
}
