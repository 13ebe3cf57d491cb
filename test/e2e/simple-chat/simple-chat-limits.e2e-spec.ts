import { randomBytes } from 'node:crypto';
import { ChatServer } from '../../support/chat-server.js';
import type { Answer } from '../../support/http-client.js';

const RATE = 3;
const SETTINGS = { SIMPLE_CHAT_RATE: String(RATE), THROTTLE_ANONYMOUS_LIMIT: '2', TRUST_PROXY: '1' };
const address = (): string => `10.${randomBytes(3).join('.')}`;
const repeated = (value: number, times: number): number[] => Array<number>(times).fill(value);

describe('the limit of the simple chat', () => {
  const realNow = Date.now.bind(Date);
  /** The clock stands at the beginning of a minute, so that no test sees one end by chance. */
  let ahead = 60_000 - (realNow() % 60_000);
  let server: ChatServer;
  beforeAll(async () => {
    jest.spyOn(Date, 'now').mockImplementation(() => realNow() + ahead);
    server = await ChatServer.start({ ...SETTINGS, CORS_ORIGINS: 'https://shop.example' });
  });
  beforeEach(() => {
    ahead += 60_000 - (Date.now() % 60_000);
  });
  afterAll(async () => {
    await server.stop();
    jest.restoreAllMocks();
  });

  const post = (from: string, body: string, headers: Record<string, string> = {}): Promise<Answer> =>
    server.call('POST', '/api/chat', Buffer.from(body), { 'x-forwarded-for': from, ...headers });
  const say = (from: string): Promise<Answer> => post(from, '{"message":"Hi"}');
  const statuses = async (answers: Promise<Answer>[]): Promise<number[]> =>
    (await Promise.all(answers)).map(({ status }) => status).toSorted((a, b) => a - b);

  it('is one for each caller, told apart behind the proxy', async () => {
    const [one, other] = [address(), address()];
    const asked = (from: string) => statuses(Array.from({ length: RATE + 2 }, () => say(from)));
    expect(await asked(one)).toEqual([...repeated(200, RATE), 429, 429]);
    expect(await asked(other)).toEqual([...repeated(200, RATE), 429, 429]);
    // Only what the proxy itself has added counts.
    expect((await say(`${address()}, ${one}`)).status).toBe(429);
  });

  it('says when to come back, and lets in who does', async () => {
    const from = address();
    const first = await say(from);
    expect(first.headers.get('ratelimit-limit')).toBe(String(RATE));
    expect(first.headers.get('ratelimit-remaining')).toBe(String(RATE - 1));
    for (let i = 1; i < RATE; i++) await say(from);
    const refused = await post(from, '{"message":"Hi"}', { origin: 'https://shop.example' });
    expect([refused.status, refused.body]).toEqual([429, { error: `${RATE} per 1 minute` }]);
    expect(refused.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(refused.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
    ahead += wait * 1000;
    expect((await say(from)).status).toBe(200);
  });

  it.each([
    ['of bodies that cannot be read', () => ['{"message":', {}], 400],
    ['without a message', () => ['{}', {}], 400],
    ['of the wrong type', () => ['Hi', { 'content-type': 'text/plain' }], 415],
    ['with a wrong token', () => ['{"message":"Hi"}', { authorization: 'Bearer wrong' }], 401],
    ['that fail', () => ['{"message":"Hi [[status=400]]"}', {}], 502],
  ] as [string, () => [string, Record<string, string>], number][])('counts calls %s', async (_what, bad, status) => {
    const from = address();
    const [body, headers] = bad();
    expect(await statuses(Array.from({ length: RATE }, () => post(from, body, headers)))).toEqual(
      repeated(status, RATE),
    );
    expect((await say(from)).status).toBe(429);
  });

  it('is this route’s alone, and no other limit is', async () => {
    const from = address();
    const get = async (method: string, path: string): Promise<number> =>
      (await server.call(method, path, undefined, { 'x-forwarded-for': from })).status;
    // The general limit is 2: three calls here and two there are within both.
    expect(await statuses(Array.from({ length: RATE }, () => say(from)))).toEqual(repeated(200, RATE));
    expect((await say(from)).status).toBe(429);
    expect(await get('GET', '/api/chat')).toBe(405);
    expect(await get('GET', '/api/chats/OpenChatBotId')).toBe(200);
    expect(await get('GET', '/api/chats/OpenChatBotId')).toBe(200);
    expect(await get('GET', '/api/chats/OpenChatBotId')).toBe(429);
  });
});

describe('the simple chat without a limit of its own', () => {
  it('has the general one, in its own words', async () => {
    const server = await ChatServer.start({ ...SETTINGS, SIMPLE_CHAT_RATE: '0' });
    try {
      const headers = { 'x-forwarded-for': address() };
      const answers: Answer[] = [];
      for (let i = 0; i < 3; i++) answers.push(await server.call('POST', '/api/chat', { message: 'Hi' }, headers));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
      expect(answers[2]!.body).toEqual({ error: expect.any(String) });
      expect(Number(answers[2]!.headers.get('retry-after'))).toBeGreaterThan(0);
    } finally {
      await server.stop();
    }
  });
});
