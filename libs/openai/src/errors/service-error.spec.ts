import { errorFromAnswer } from './provider-error.js';
import { readErrorBody } from './service-error.js';

describe('readErrorBody', () => {
  it.each<[string, unknown, object]>([
    [
      'OpenAI',
      { error: { message: 'Bad', type: 't', param: null, code: 'c' } },
      { code: 'c', type: 't', message: 'Bad' },
    ],
    // https://github.com/Gitlawb/openclaude/issues/67
    ['Gemini', [{ error: { code: 400, message: 'Bad', status: 'INVALID_ARGUMENT' } }], { code: 400, message: 'Bad' }],
    // https://github.com/vllm-project/vllm/issues/6862
    ['vLLM', { object: 'error', message: 'Bad', type: 'BadRequestError', code: 400 }, { code: 400, message: 'Bad' }],
    // https://github.com/Gage-Technologies/mistral-go/pull/2
    [
      'Mistral',
      {
        object: 'error',
        message: { detail: [{ loc: ['body', 'store'], msg: 'Extra' }] },
        type: 'invalid_request_error',
      },
      { message: 'body.store: Extra' },
    ],
    // https://github.com/mistralai/platform-docs-public/issues/7
    [
      'old Mistral',
      { object: 'error', message: '{"detail":[{"loc":["body","x"],"msg":"Extra"}]}', code: '1000' },
      { message: 'body.x: Extra' },
    ],
    ['FastAPI', { detail: 'Bad' }, { message: 'Bad' }],
    ['Cloudflare', { success: false, errors: [{ code: 7000, message: 'Bad' }] }, { code: 7000, message: 'Bad' }],
    // https://openrouter.ai/docs/errors
    [
      'OpenRouter',
      {
        error: {
          code: 400,
          message: 'Provider returned error',
          metadata: { raw: '{"error":{"message":"Bad","code":"c"}}' },
        },
      },
      { code: 'c', message: 'Bad' },
    ],
    ['Ollama', { error: 'Bad' }, { message: 'Bad' }],
    [
      'Anthropic',
      { type: 'error', error: { type: 'overloaded_error', message: 'Bad' } },
      { type: 'overloaded_error', message: 'Bad' },
    ],
    ['a proxy', { code: 'c', msg: 'Bad' }, { code: 'c', message: 'Bad' }],
    ['nothing', {}, {}],
    ['null', null, {}],
  ])('reads the error of %s', (_name, body, expected) => {
    const { code, type, message } = readErrorBody(JSON.stringify(body));
    expect({ code, type, message }).toMatchObject(expected);
  });

  it.each([
    ['Too many requests', 'Too many requests'],
    ['data: {"error":{"message":"Bad"}}\n\n', 'Bad'],
    ['<html>secret</html>', undefined],
    ['', ''],
    [`{"error":${'['.repeat(50)}"deep"${']'.repeat(50)}}`, undefined],
  ])('reads %j as %j', (body, message) => {
    expect(readErrorBody(body).message).toBe(message);
  });
});

describe('what a service says about the input', () => {
  it.each<[number, unknown, string]>([
    [400, { error: { message: 'x', code: 'context_length_exceeded' } }, 'PROVIDER_CONTEXT_EXCEEDED'],
    // https://github.com/ggml-org/llama.cpp/pull/15780
    [
      500,
      {
        error: {
          code: 500,
          message: 'the request exceeds the available context size.',
          type: 'exceed_context_size_error',
        },
      },
      'PROVIDER_CONTEXT_EXCEEDED',
    ],
    [
      400,
      { error: { type: 'invalid_request_error', message: 'prompt is too long: 208310 tokens > 200000 maximum' } },
      'PROVIDER_CONTEXT_EXCEEDED',
    ],
    [
      400,
      [
        {
          error: { code: 400, message: 'The input token count (2) exceeds the maximum number of tokens allowed (1).' },
        },
      ],
      'PROVIDER_CONTEXT_EXCEEDED',
    ],
    [
      413,
      {
        error: {
          message: 'Request too large for model `x`: please reduce your message size',
          code: 'rate_limit_exceeded',
        },
      },
      'PROVIDER_CONTEXT_EXCEEDED',
    ],
    // https://github.com/Oaklight/argo-proxy/issues/91
    [
      400,
      { error: { message: 'Filtered', code: 'content_filter', innererror: { code: 'ResponsibleAIPolicyViolation' } } },
      'PROVIDER_CONTENT_FILTERED',
    ],
    [
      403,
      { error: { code: 403, message: 'Input was flagged by moderation', metadata: { reasons: ['violence'] } } },
      'PROVIDER_CONTENT_FILTERED',
    ],
    [
      400,
      { error: { code: 'data_inspection_failed', message: 'Input data may contain inappropriate content.' } },
      'PROVIDER_CONTENT_FILTERED',
    ],
    [403, { error: { message: 'You have no access to this model.' } }, 'PROVIDER_AUTH_FAILED'],
    [429, { error: { message: 'Rate limit reached', code: 'rate_limit_exceeded' } }, 'PROVIDER_RATE_LIMITED'],
    [
      400,
      { error: { message: 'max_tokens is too large: 9. This model supports at most 8.' } },
      'PROVIDER_REQUEST_REJECTED',
    ],
  ])('has a code of its own (%i, %j)', (status, body, code) => {
    expect(errorFromAnswer(status, JSON.stringify(body), {}, null)).toMatchObject({ code });
  });
});
