import type { ErrorCode, Problem } from '@app/contracts';
import { startTestApp, type TestApp } from '../../support/app.js';
import { sendRaw } from '../../support/raw-http.js';
import { ProbeController } from './platform-probe.js';

let server: TestApp;
beforeAll(async () => {
  server = await startTestApp({ BODY_LIMIT: '100000' }, { controllers: [ProbeController] });
});
afterAll(() => server.stop());

const ECHO = '/api/probe/echo';

function send(method: string, path: string, body?: BodyInit, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(server.url + path, { method, body, headers: { 'content-type': 'application/json', ...headers } });
}
const post = (body?: BodyInit, headers?: Record<string, string>) => send('POST', ECHO, body, headers);

function expectProblem(problem: Problem, headers: Headers, status: number, code: ErrorCode): void {
  expect(problem).toMatchObject({ status, code, type: 'about:blank', title: expect.any(String) });
  expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(headers.get('x-request-id')).toMatch(/^[\w.-]{1,64}$/);
  expect(problem.requestId).toBe(headers.get('x-request-id'));
}

const nested = (depth: number, open = '[', close = ']'): string => open.repeat(depth) + close.repeat(depth);
const fields = (count: number): object =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, 1]));
const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));

describe('bodies that are refused', () => {
  const BODIES: [what: string, body: BodyInit | undefined, status: number, code: ErrorCode, path?: string][] = [
    ['nothing', undefined, 400, 'VALIDATION_FAILED', 'text'],
    ['an empty object', '{}', 400, 'VALIDATION_FAILED', 'text'],
    ['null', 'null', 400, 'VALIDATION_FAILED', ''],
    ['an array', '[{"text":"a"}]', 400, 'VALIDATION_FAILED', ''],
    ['a string', '"text"', 400, 'VALIDATION_FAILED', ''],
    ['a number', '1', 400, 'VALIDATION_FAILED', ''],
    ['a wrong type', '{"text":1}', 400, 'VALIDATION_FAILED', 'text'],
    ['null where text is needed', '{"text":null}', 400, 'VALIDATION_FAILED', 'text'],
    ['an object where text is needed', '{"text":{"a":1}}', 400, 'VALIDATION_FAILED', 'text'],
    ['too long a text', JSON.stringify({ text: 'x'.repeat(21) }), 400, 'VALIDATION_FAILED', 'text'],
    ['an unknown field', '{"text":"a","color":"red"}', 400, 'VALIDATION_FAILED', 'color'],
    ['a wrong nested type', '{"text":"a","parts":[{"size":1},{"size":"x"}]}', 400, 'VALIDATION_FAILED', 'parts.1.size'],
    ['an unknown nested field', '{"text":"a","parts":[{"size":1,"b":2}]}', 400, 'VALIDATION_FAILED', 'parts.0.b'],
    ['a nested null', '{"text":"a","parts":[null]}', 400, 'VALIDATION_FAILED'],
    ['nested scalars', '{"text":"a","parts":"x"}', 400, 'VALIDATION_FAILED'],
    ['__proto__', '{"text":"a","__proto__":{"isAdmin":true}}', 400, 'VALIDATION_FAILED', '__proto__'],
    ['an escaped __proto__', '{"text":"a","\\u005f_proto__":{}}', 400, 'VALIDATION_FAILED', '__proto__'],
    [
      'a nested constructor',
      '{"text":"a","parts":[{"constructor":{}}]}',
      400,
      'VALIDATION_FAILED',
      'parts.0.constructor',
    ],
    ['prototype', '{"text":"a","prototype":1}', 400, 'VALIDATION_FAILED', 'prototype'],
    ['a NUL', '{"text":"a\\u0000b"}', 400, 'VALIDATION_FAILED', 'text'],
    ['a NUL in a name', '{"te\\u0000xt":"a"}', 400, 'VALIDATION_FAILED', ''],
    ['a raw NUL', bytes('{"text":"a', [0], '"}'), 400, 'MALFORMED_BODY'],
    ['a lone high surrogate', '{"text":"\\ud800"}', 400, 'VALIDATION_FAILED', 'text'],
    ['a lone low surrogate', '{"text":"x\\udc00y"}', 400, 'VALIDATION_FAILED', 'text'],
    ['a surrogate as UTF-8', bytes('{"text":"', [0xed, 0xa0, 0x80], '"}'), 400, 'MALFORMED_BODY'],
    ['invalid UTF-8', bytes('{"text":"', [0xff], '"}'), 400, 'MALFORMED_BODY'],
    ['overlong UTF-8', bytes('{"text":"', [0xc0, 0xaf], '"}'), 400, 'MALFORMED_BODY'],
    ['UTF-16', Buffer.from('\ufeff{"text":"a"}', 'utf16le'), 400, 'MALFORMED_BODY'],
    ['half of an object', '{"text":"a"', 400, 'MALFORMED_BODY'],
    ['single quotes', `{'text':'a'}`, 400, 'MALFORMED_BODY'],
    ['something after the end', '{"text":"a"}x', 400, 'MALFORMED_BODY'],
    ['NaN', '{"text":NaN}', 400, 'MALFORMED_BODY'],
    ['only blanks', '  ', 400, 'MALFORMED_BODY'],
    ['depth 33', `{"text":${nested(32)}}`, 400, 'VALIDATION_FAILED', ''],
    ['depth 2,000', `{"text":${nested(2000)}}`, 400, 'VALIDATION_FAILED', ''],
    ['depth 2,000 of objects', nested(2000, '{"a":', '}').replace('}', '1}'), 400, 'VALIDATION_FAILED', ''],
    ['1,001 fields', JSON.stringify(fields(1001)), 400, 'VALIDATION_FAILED', ''],
    ['20,001 values', JSON.stringify({ text: 'a', parts: Array(20_000).fill(1) }), 400, 'VALIDATION_FAILED', ''],
    ['a field that every object has', '{"text":"a","toString":1}', 400, 'VALIDATION_FAILED', 'toString'],
    ['a list where an object belongs', '{"text":"a","part":[]}', 400, 'VALIDATION_FAILED', 'part'],
    ['null where the document has none', '{"text":"a","parts":null}', 400, 'VALIDATION_FAILED', 'parts'],
    ['an endless beginning', '['.repeat(90_000), 400, 'VALIDATION_FAILED', ''],
    ['a million brackets', nested(500_000), 413, 'PAYLOAD_TOO_LARGE'],
    ['too much', JSON.stringify({ text: 'x'.repeat(100_001) }), 413, 'PAYLOAD_TOO_LARGE'],
  ];

  it.each(BODIES)('%s', async (...[, body, status, code, path]) => {
    const answer = await post(body);
    const text = await answer.text();
    expect(answer.status).toBe(status);
    const problem = JSON.parse(text) as Problem;
    expectProblem(problem, answer.headers, status, code);
    if (path !== undefined) expect(problem.errors?.map((error) => error.path)).toContain(path);
    expect(text).not.toMatch(/red|xxxx|isAdmin/);
  });

  it('keeps working after a million nested brackets', async () => {
    const large = await startTestApp({ BODY_LIMIT: '5000000' }, { controllers: [ProbeController] });
    try {
      const body = nested(1_000_000);
      const answer = await fetch(`${large.url}${ECHO}`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      });
      expectProblem((await answer.json()) as Problem, answer.headers, 400, 'VALIDATION_FAILED');
      expect((await fetch(`${large.url}/health/ready`)).status).toBe(200);
    } finally {
      await large.stop();
    }
  });

  it('does not repeat names that the caller made up', async () => {
    const answer = await post(JSON.stringify({ text: 'a', [`k${'x'.repeat(5000)}`]: 1 }));
    const text = await answer.text();
    expect(answer.status).toBe(400);
    expect(text.length).toBeLessThan(1000);
  });

  it('names a bounded number of faults', async () => {
    const { errors } = (await (await post(JSON.stringify(fields(500)))).json()) as Problem;
    expect(errors!.length).toBeLessThanOrEqual(50);
  });
});

describe('content types', () => {
  const JSON_BODY = '{"text":"a"}';
  it.each([
    'application/json',
    'APPLICATION/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="utf-8"; x=y',
    'text/json',
    'application/*+json',
    'application/vnd.api+json; a=b',
    'application/problem+json',
  ])('takes %s', async (type) => {
    const answer = await post(JSON_BODY, { 'content-type': type });
    expect(await answer.json()).toEqual({ text: 'a' });
  });

  it.each([
    'text/plain',
    'application/merge-patch+json',
    'application/json-patch+json; charset=utf-8',
    'text/x+json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'json',
  ])('refuses %s', async (type) => {
    const answer = await post(JSON_BODY, { 'content-type': type });
    expectProblem((await answer.json()) as Problem, answer.headers, 415, 'UNSUPPORTED_MEDIA_TYPE');
  });

  it('refuses a body without a type', async () => {
    const answer = await sendRaw(
      server.url,
      `POST ${ECHO} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
    );
    expect(answer.status).toBe(415);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE' });
  });

  it('refuses a compressed body', async () => {
    const answer = await post(JSON_BODY, { 'content-encoding': 'gzip' });
    expectProblem((await answer.json()) as Problem, answer.headers, 415, 'UNSUPPORTED_MEDIA_TYPE');
  });

  it('tolerates a byte order mark', async () => {
    const answer = await post(bytes([0xef, 0xbb, 0xbf], '{"text":"ä"}'));
    expect(await answer.json()).toEqual({ text: 'ä' });
  });

  it('takes text of every plane, escaped or not', async () => {
    const answer = await post('{"text":"\\ud83d\\ude00 😀 ü"}');
    expect(await answer.json()).toEqual({ text: '😀 😀 ü' });
  });

  it.each([
    ['with a type', { 'content-type': 'application/json' }],
    ['with the type of generated clients', { 'content-type': 'application/*+json' }],
    ['without a type', {}],
  ])('needs no body where none is read, %s', async (_what, headers) => {
    const answer = await fetch(`${server.url}/api/probe/no-body`, { method: 'POST', headers });
    expect([answer.status, await answer.text()]).toEqual([200, '{}']);
  });

  it('gives bytes of any type to a route that wants them, up to its own limit', async () => {
    const good = await send('PUT', '/api/probe/raw', bytes([0, 255, 1]), { 'content-type': 'application/json' });
    expect(await good.json()).toEqual({ size: 3, isBuffer: true });
    const large = await send('PUT', '/api/probe/raw', new Uint8Array(1001), { 'content-type': 'image/png' });
    expectProblem((await large.json()) as Problem, large.headers, 413, 'PAYLOAD_TOO_LARGE');
  });

  it('reads forms where they are expected', async () => {
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const good = await send('POST', '/api/probe/form', 'Body=H%C3%A4+llo&From=whatsapp%3A%2B1', type);
    expect(await good.json()).toEqual({ Body: 'Hä llo', From: 'whatsapp:+1' });
    const bad = await send('POST', '/api/probe/form', 'a=b&__proto__=c', type);
    expect(bad.status).toBe(400);
    const nul = await send('POST', '/api/probe/form', 'a=%00', type);
    expect(nul.status).toBe(400);
  });
});

describe('addresses', () => {
  const REQUESTS: [what: string, method: string, path: string, status: number, code: ErrorCode][] = [
    ['an unknown path', 'GET', '/api/nothing', 404, 'NOT_FOUND'],
    ['an unknown path with a bad body', 'POST', '/api/nothing', 404, 'NOT_FOUND'],
    ['the root', 'GET', '/', 404, 'NOT_FOUND'],
    ['a wrong method', 'DELETE', ECHO, 405, 'METHOD_NOT_ALLOWED'],
    ['a wrong method of a path with a parameter', 'PATCH', '/api/probe/items/1', 405, 'METHOD_NOT_ALLOWED'],
    ['a bad escape', 'GET', '/api/probe/items/%zz', 400, 'VALIDATION_FAILED'],
    ['escaped bytes that are not UTF-8', 'GET', '/api/probe/items/%ff', 400, 'VALIDATION_FAILED'],
    ['an id that cannot be one', 'GET', '/api/probe/items/a%20b', 404, 'NOT_FOUND'],
    ['an id with a NUL', 'GET', '/api/probe/items/a%00', 404, 'NOT_FOUND'],
    ['an id with a slash', 'GET', '/api/probe/items/a%2Fb', 404, 'NOT_FOUND'],
    ['a NUL in a file name', 'GET', '/api/probe/files/a%00', 404, 'NOT_FOUND'],
    ['an id of 65 characters', 'GET', `/api/probe/items/${'a'.repeat(65)}`, 404, 'NOT_FOUND'],
    ['an id of 2,000 characters', 'GET', `/api/probe/items/${'a'.repeat(2000)}`, 414, 'URI_TOO_LONG'],
    ['an address of 9,000 characters', 'GET', `/api/probe/list?SearchFor=${'a'.repeat(9000)}`, 414, 'URI_TOO_LONG'],
    ['a flag that is none', 'GET', '/api/probe/flag/maybe', 400, 'VALIDATION_FAILED'],
    ['page -1', 'GET', '/api/probe/list?PageNumber=-1', 400, 'VALIDATION_FAILED'],
    ['page 0', 'GET', '/api/probe/list?PageNumber=0', 400, 'VALIDATION_FAILED'],
    ['page 10^9', 'GET', '/api/probe/list?PageNumber=1000000000', 400, 'VALIDATION_FAILED'],
    ['page 1e3', 'GET', '/api/probe/list?PageNumber=1e3', 400, 'VALIDATION_FAILED'],
    ['pages of 10^9', 'GET', '/api/probe/list?PageSize=1000000000', 400, 'VALIDATION_FAILED'],
    ['two pages', 'GET', '/api/probe/list?PageNumber=1&PageNumber=2', 400, 'VALIDATION_FAILED'],
    ['a NUL in a query', 'GET', '/api/probe/list?SearchFor=a%00', 400, 'VALIDATION_FAILED'],
    ['a flag of a query that is none', 'GET', '/api/probe/list?OnlyFavorites=maybe', 400, 'VALIDATION_FAILED'],
  ];

  it.each(REQUESTS)('%s', async (_what, method, path, status, code) => {
    const answer = await send(method, path, method === 'POST' ? '{' : undefined);
    expect(answer.status).toBe(status);
    expectProblem((await answer.json()) as Problem, answer.headers, status, code);
  });

  it('says which methods a path has', async () => {
    const answer = await send('PUT', '/API/probe//ECHO/?a=b', '{}');
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await send('POST', '/health/live')).headers.get('allow')).toBe('GET, HEAD');
  });

  it('matches without regard to case, and leaves parameters alone', async () => {
    const answer = await fetch(`${server.url}/API/pRObe/ITEMS/AbC-_9`);
    expect(await answer.json()).toBe('AbC-_9');
  });

  it('reads query names in any case, ignores unknown names and takes empty values as not given', async () => {
    const query = 'pagenumber=3&PAGESIZE=7&searchFor=a&onlyfavorites=True&Unknown=1&OrderBy=&__proto__=x';
    const answer = await fetch(`${server.url}/api/probe/list?${query}`);
    expect(await answer.json()).toEqual({ PageNumber: 3, PageSize: 7, SearchFor: 'a', OnlyFavorites: true });
    const plain = await fetch(`${server.url}/api/probe/list`);
    expect(await plain.json()).toEqual({ PageNumber: 1, PageSize: 20, OnlyFavorites: false });
  });

  it.each([
    ['True', true],
    ['true', true],
    ['1', true],
    ['False', false],
    ['FALSE', false],
    ['0', false],
  ])('reads the flag %s', async (text, flag) => {
    expect(await (await fetch(`${server.url}/api/probe/flag/${text}`)).json()).toBe(flag);
    const query = await fetch(`${server.url}/api/probe/list?OnlyFavorites=${text}`);
    expect(await query.json()).toMatchObject({ OnlyFavorites: flag });
  });
});
