import { errorFromAnswer, errorFromEvent, errorFromTransport, sanitise } from './provider-error.js';

const body = (error: unknown): string => JSON.stringify({ error });

describe('errorFromAnswer', () => {
  it.each<[number, string, string]>([
    [404, body({ code: 'DeploymentNotFound' }), 'PROVIDER_MODEL_NOT_FOUND'],
    [404, body({ message: 'model "llama3" not found, try pulling it first' }), 'PROVIDER_MODEL_NOT_FOUND'],
    [404, body({ message: 'The model `x` does not exist.' }), 'PROVIDER_MODEL_NOT_FOUND'],
    [400, body({ code: 'model_not_found' }), 'PROVIDER_MODEL_NOT_FOUND'],
    [404, '<html>Not Found</html>', 'PROVIDER_REQUEST_REJECTED'],
    [404, body('not found'), 'PROVIDER_REQUEST_REJECTED'],
    [413, '', 'PROVIDER_REQUEST_REJECTED'],
    [429, body({ type: 'insufficient_quota' }), 'PROVIDER_QUOTA_EXCEEDED'],
    [429, body({ type: 'tokens', code: 'rate_limit_exceeded' }), 'PROVIDER_RATE_LIMITED'],
    [429, 'slow down', 'PROVIDER_RATE_LIMITED'],
    [401, body({ code: 'insufficient_quota' }), 'PROVIDER_AUTH_FAILED'],
    [409, '', 'PROVIDER_ERROR'],
    [502, '<html>Bad gateway</html>', 'PROVIDER_ERROR'],
    [504, 'null', 'PROVIDER_TIMEOUT'],
    [500, body({ code: 'toString', message: ['x'] }), 'PROVIDER_ERROR'],
  ])('maps %i with %s to %s', (status, text, code) => {
    expect(errorFromAnswer(status, text, {}, null)).toMatchObject({ code, providerStatus: status });
  });

  it('repeats what the service says, never its page', () => {
    expect(errorFromAnswer(400, body({ message: 'Too long.' }), {}, null).message).toBe(
      'The model service answered 400: Too long.',
    );
    expect(errorFromAnswer(502, '<html>secret page</html>', {}, null).message).toBe('The model service answered 502.');
  });
});

describe('errorFromEvent', () => {
  it.each<[unknown, string]>([
    [{ code: 'server_error' }, 'PROVIDER_ERROR'],
    [{ code: 429, message: 'busy' }, 'PROVIDER_RATE_LIMITED'],
    [{ code: '401' }, 'PROVIDER_AUTH_FAILED'],
    [{ type: 'overloaded_error' }, 'PROVIDER_ERROR'],
    [{ type: 'error', code: 'invalid_prompt' }, 'PROVIDER_REQUEST_REJECTED'],
    ['something broke', 'PROVIDER_ERROR'],
    [null, 'PROVIDER_ERROR'],
    [{ code: 'vector_store_timeout' }, 'PROVIDER_TIMEOUT'],
    [{ code: 'image_parse_error' }, 'PROVIDER_REQUEST_REJECTED'],
    [{ type: 'api_error' }, 'PROVIDER_ERROR'],
    [{ code: 'provider_overloaded' }, 'PROVIDER_ERROR'],
    [{ code: 402, message: 'Insufficient credits' }, 'PROVIDER_QUOTA_EXCEEDED'],
  ])('maps %j to %s', (error, code) => {
    expect(errorFromEvent(error, null)).toMatchObject({ code });
  });
});

describe('an answer that is refused by a policy', () => {
  // Azure: https://learn.microsoft.com/azure/ai-services/openai/concepts/content-filter, OpenRouter: https://openrouter.ai/docs/errors
  it.each<[number, unknown]>([
    [400, { code: 'content_filter', innererror: { code: 'ResponsibleAIPolicyViolation' } }],
    [400, { code: null, message: "The response was filtered due to Azure OpenAI's content management policy." }],
    [403, { code: 403, message: 'Your input was flagged', metadata: { reasons: ['violence'], flagged_input: 'x' } }],
    [500, { code: 'image_content_policy_violation' }],
    [400, { code: 'invalid_prompt', message: 'Your prompt was flagged as potentially violating our usage policy.' }],
  ])('with %i and %j is final', (status, error) => {
    const final = { code: 'PROVIDER_CONTENT_FILTERED', retryable: false };
    expect(errorFromAnswer(status, body(error), {}, null)).toMatchObject(final);
    expect(errorFromEvent(error, null)).toMatchObject(final);
  });
});

describe('errorFromTransport', () => {
  const coded = (code: string): Error => Object.assign(new Error(code), { code });

  it.each<[string, boolean, string]>([
    ['ECONNREFUSED', false, 'PROVIDER_UNREACHABLE'],
    ['ENOTFOUND', false, 'PROVIDER_UNREACHABLE'],
    ['UND_ERR_SOCKET', false, 'PROVIDER_UNREACHABLE'],
    ['ECONNRESET', true, 'PROVIDER_INCOMPLETE'],
    ['UND_ERR_CONNECT_TIMEOUT', false, 'PROVIDER_TIMEOUT'],
    ['UND_ERR_BODY_TIMEOUT', true, 'PROVIDER_TIMEOUT'],
    ['ETIMEDOUT', false, 'PROVIDER_TIMEOUT'],
  ])('maps %s (answer begun: %s) to %s', (code, begun, expected) => {
    expect(errorFromTransport(coded(code), begun)).toMatchObject({ code: expected, retryable: true });
    expect(errorFromTransport(new AggregateError([coded(code)]), begun)).toMatchObject({ code: expected });
    expect(errorFromTransport(new TypeError('failed', { cause: coded(code) }), begun)).toMatchObject({
      code: expected,
    });
  });
});

describe('sanitise', () => {
  it.each([
    ['Incorrect API key provided: sk-abc***********def.', 'Incorrect API key provided: [redacted]'],
    ['Authorization: Bearer abc.def.ghi was refused', 'Authorization: [redacted] was refused'],
    ['the key Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5 is bad', 'the key [redacted] is bad'],
    ['model gpt-4o-audio-preview-2025-06-03 is gone', 'model gpt-4o-audio-preview-2025-06-03 is gone'],
    ['line\nbreak\u0000 and\u202e tricks', 'line break and tricks'],
    ['my own key hunter2 here', 'my own key [redacted] here'],
  ])('makes %j into %j', (message, expected) => {
    expect(sanitise(message, 'hunter2')).toBe(expected);
  });

  it('keeps 200 characters', () => {
    expect(sanitise('word '.repeat(1000), null)).toHaveLength(200);
  });
});
