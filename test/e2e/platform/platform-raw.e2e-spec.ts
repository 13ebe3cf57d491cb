import type { ErrorCode, Problem } from '@app/contracts';
import { startTestApp, type TestApp } from '../../support/app.js';
import { sendRaw, type RawAnswer } from '../../support/raw-http.js';
import { ProbeController } from './platform-probe.js';

const ECHO = '/api/probe/echo';
const GET = 'GET /api/probe/null HTTP/1.1\r\nHost: a\r\n';
const POST = `POST ${ECHO} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n`;
const BODY = '{"text":"a"}';
const LENGTH = `Content-Length: ${BODY.length}\r\n`;

function expectProblem({ headers, body }: { headers: object; body: string }, status: number, code: ErrorCode): void {
  const problem = JSON.parse(body) as Problem;
  expect(problem).toMatchObject({ status, code });
  expect(headers).toMatchObject({
    'content-type': 'application/problem+json; charset=utf-8',
    'x-request-id': problem.requestId,
  });
}

describe('what is not quite HTTP', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startTestApp({ BODY_LIMIT: '100000' }, { controllers: [ProbeController] });
  });
  afterAll(() => server.stop());

  const CASES: [what: string, request: string, status: number, code: ErrorCode][] = [
    ['garbage', 'HELLO\r\n\r\n', 400, 'VALIDATION_FAILED'],
    ['headers of 20 kB', `${GET}X-A: ${'a'.repeat(20_000)}\r\n\r\n`, 431, 'HEADERS_TOO_LARGE'],
    ['a header with a control character', `${GET}X-A: a\x01b\r\n\r\n`, 400, 'VALIDATION_FAILED'],
    ['two lengths', `${POST}${LENGTH}Transfer-Encoding: chunked\r\n\r\n${BODY}`, 400, 'VALIDATION_FAILED'],
    ['no version', 'GET /health/live\r\n\r\n', 400, 'VALIDATION_FAILED'],
    ['no host', 'GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'VALIDATION_FAILED'],
    ['two hosts', `${GET}hOST: b\r\nConnection: close\r\n\r\n`, 400, 'VALIDATION_FAILED'],
    [
      'two tokens',
      `${GET}Authorization: Bearer a\r\nAuthorization: Bearer b\r\nConnection: close\r\n\r\n`,
      400,
      'VALIDATION_FAILED',
    ],
    [
      'two content types',
      `${POST}content-type: text/plain\r\nConnection: close\r\n${LENGTH}\r\n${BODY}`,
      400,
      'VALIDATION_FAILED',
    ],
    ['an unknown expectation', `${GET}Expect: nonsense\r\nConnection: close\r\n\r\n`, 417, 'EXPECTATION_FAILED'],
  ];

  it.each(CASES)('refuses %s', async (_what, request, status, code) => {
    const answer = await sendRaw(server.url, request);
    expect(answer.status).toBe(status);
    expectProblem(answer, status, code);
  });

  it('refuses a body that is larger than announced limits, however it is sent', async () => {
    const chunk = `${(60_000).toString(16)}\r\n${'x'.repeat(60_000)}\r\n`;
    const head = `${POST}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n`;
    expect((await sendRaw(server.url, `${head}${chunk}${chunk}0\r\n\r\n`)).status).toBe(413);
  });

  it('still speaks HTTP/1.0', async () => {
    expect((await sendRaw(server.url, 'GET /api/probe/null HTTP/1.0\r\n\r\n')).status).toBe(200);
  });

  describe.each(['h2c', 'TLS/1.0', 'websocket', 'nonsense, websocket'])('an upgrade to %s', (protocol) => {
    const upgrade = `Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: ${protocol}\r\nHTTP2-Settings: AAMAAABk\r\n`;

    it.each([
      ['a request', `${GET}${upgrade}\r\n`, 200],
      ['a request with a body', `${POST}${upgrade}${LENGTH}\r\n${BODY}`, 200],
      ['a request to nowhere', `GET /nothing HTTP/1.1\r\nHost: a\r\n${upgrade}\r\n`, 404],
    ])('is not made, and %s is answered', async (_what, request, status) => {
      expect((await sendRaw(server.url, request)).status).toBe(status);
    });
  });
});

describe('slow senders', () => {
  const SENDERS = {
    'a connection that says nothing': [''],
    'headers that stop': [GET],
    'headers that drip': [GET, 'X-A: 1\r\n'],
    'a body that stops': [`${POST}Content-Length: 50\r\n\r\n{"`],
    'a body in pieces that stops': [`${POST}Transfer-Encoding: chunked\r\n\r\n2\r\n{"\r\n`],
    'a body that drips': [`${POST}Content-Length: 100000\r\n\r\n`, ' '],
    'a body that nothing waits for': [`${GET}Content-Length: 50\r\n\r\n{"`],
    'a body that is slow but steady': [
      `${POST}Connection: close\r\nContent-Length: ${40_000 + BODY.length}\r\n\r\n${BODY}`,
      ' '.repeat(4000),
      10,
    ],
  } satisfies Record<string, [string, string?, number?]>;
  type Sender = keyof typeof SENDERS;
  let answers: Record<Sender, RawAnswer>;

  beforeAll(async () => {
    const settings = { HEADERS_TIMEOUT_SECONDS: '1', BODY_TIMEOUT_SECONDS: '1' };
    const server = await startTestApp(settings, { controllers: [ProbeController] });
    const all = Object.entries<[string, string?, number?]>(SENDERS).map(async ([name, bytes]) => [
      name,
      await sendRaw(server.url, ...bytes),
    ]);
    answers = Object.fromEntries(await Promise.all(all)) as typeof answers;
    await server.stop();
  });

  it.each<Sender>([
    'a connection that says nothing',
    'headers that stop',
    'headers that drip',
    'a body that stops',
    'a body in pieces that stops',
    'a body that drips',
  ])('are told, and let go: %s', (name) => {
    expect(answers[name].status).toBe(408);
    expectProblem(answers[name], 408, 'REQUEST_TIMEOUT');
    expect(answers[name].headers['connection']).toBe('close');
  });

  it.each<Sender>(['a body that nothing waits for', 'a body that is slow but steady'])('are answered: %s', (name) => {
    expect(answers[name].status).toBe(200);
  });
});
