import { DataSource } from 'typeorm';
import { ADMIN_KEY, ChatServer } from '../support/chat-server.js';
import { eventually } from '../support/eventually.js';
import { bearer, HttpClient } from '../support/http-client.js';
import { ENGINES } from './bots.support.js';

const PRICES = '/api/admin/prices';
const priced = (changes: object = {}): object => ({
  model: 'fake-large',
  inputNano: 2_000_000,
  outputNano: 3_000_000,
  ...changes,
});

describe.each(ENGINES)('the price book on $engine', ({ settings }) => {
  let server: ChatServer;
  let database: DataSource;
  let http: HttpClient;

  beforeAll(async () => {
    server = await ChatServer.start(settings as Record<string, string>);
    database = server.app.app.get(DataSource, { strict: false });
    http = new HttpClient(server.app.url, bearer(ADMIN_KEY));
  }, 60_000);
  beforeEach(() => put({ prices: [] }));
  afterAll(() => server.stop());

  const put = async (body: object): Promise<void> => {
    const { status, text } = await http.text('PUT', PRICES, body);
    if (status !== 200) throw new Error(text);
  };
  const refusal = async (method: string, body: object) => {
    const { status, body: problem } = await server.asAdmin<{ errors: { path: string; message: string }[] }>(
      method,
      PRICES,
      body,
    );
    return [status, problem.errors[0]!.path] as const;
  };
  const list = async () =>
    (await server.asAdmin<{ prices: Record<string, unknown>[]; unpriced: Record<string, unknown>[] }>('GET', PRICES))
      .body;
  const costOfAnswer = async (): Promise<{ cost: number | null; input: number; output: number }> => {
    const chatId = await server.createChat();
    const { body } = await server.complete(chatId, 'Hello [[tokens=4]]');
    const rows = await eventually(
      () =>
        database.query<{ cost_nano: number | string | null; input_tokens: number; output_tokens: number }[]>(
          `SELECT cost_nano, input_tokens, output_tokens FROM usage_ledger WHERE turn_id = ? AND status = 'settled'`,
          [body['completionId']],
        ),
      ({ length }) => length === 1,
    );
    const { cost_nano: cost, input_tokens: input, output_tokens: output } = rows[0]!;
    return { cost: cost === null ? null : Number(cost), input, output };
  };

  it('prices a call when it is settled; later prices change nothing of it', async () => {
    await put({ prices: [priced()] });
    const { cost, input, output } = await costOfAnswer();
    expect(cost).toBe(input * 2 + output * 3);
    await put({ prices: [priced({ inputNano: 9_000_000 })] });
    const [row] = await database.query<{ total: number | string }[]>(
      `SELECT COUNT(*) AS total FROM usage_ledger WHERE cost_nano = ?`,
      [cost],
    );
    expect(Number(row!.total)).toBeGreaterThan(0);
    expect((await costOfAnswer()).cost).toBe(input * 9 + output * 3);
  });

  it('says which models were used without a price', async () => {
    expect((await costOfAnswer()).cost).toBeNull();
    expect((await list()).unpriced).toContainEqual(expect.objectContaining({ model: 'fake-large' }));
  });

  it('exports what it imports, as JSON and as a table', async () => {
    await put({
      prices: [
        priced({ validUntil: '2027-01-01', source: 'said, "once"' }),
        priced({ validFrom: '2027-01-01T00:00:00.000Z', cachedNano: 12_500, model: 'fake-large' }),
        priced({ model: 'fake-*' }),
      ],
    });
    const { prices } = await list();
    expect(prices).toHaveLength(3);
    const csv = await exported();
    await put({ prices: [] });
    await put({ csv });
    const withoutIds = (all: Record<string, unknown>[]) => all.map((price) => ({ ...price, id: '' }));
    expect(withoutIds((await list()).prices)).toEqual(withoutIds(prices));
    expect(await exported()).toBe(csv);
  });
  const exported = async (): Promise<string> => {
    const { headers, text } = await http.text('GET', `${PRICES}/csv`);
    expect(headers.get('content-type')).toContain('text/csv');
    return text;
  };

  it.each<[string, object, string]>([
    ['a negative price', { prices: [priced({ inputNano: -1 })] }, 'prices.0.inputNano'],
    ['a part of a nano-dollar', { prices: [priced({ outputNano: 0.5 })] }, 'prices.0.outputNano'],
    ['a price out of all bounds', { prices: [priced({ inputNano: 1e18 })] }, 'prices.0.inputNano'],
    ['prices that overlap', { prices: [priced(), priced({ validFrom: '2027-01-01' })] }, 'prices.1'],
    [
      'an end before the beginning',
      { prices: [priced({ validFrom: '2027-01-01', validUntil: '2026-01-01' })] },
      'prices.0.validUntil',
    ],
    ['a time that no calendar has', { prices: [priced({ validUntil: '2027-W01' })] }, 'prices.0.validUntil'],
    ['a time that no database holds', { prices: [priced({ validUntil: '+275760-09-13' })] }, 'prices.0.validUntil'],
    ['a star within a name', { prices: [priced({ model: 'a*b' })] }, 'prices.0.model'],
    ['nothing', {}, 'prices'],
    ['a table with other columns', { csv: 'model,price\nm,1\n' }, 'csv'],
    ['a table with a word for a number', { csv: 'model,inputNano,outputNano\nm,many,1\n' }, 'csv'],
    ['a table with an open quotation mark', { csv: 'model,inputNano,outputNano\n"m,1,1\n' }, 'csv'],
    ['a table with overlaps', { csv: 'model,inputNano,outputNano\nm,1,1\nm,2,2\n' }, 'prices.1'],
  ])('refuses %s, and keeps what there is', async (_name, body, path) => {
    await put({ prices: [priced({ model: 'kept' })] });
    expect(await refusal('PUT', body)).toEqual([400, path]);
    expect((await list()).prices).toMatchObject([{ model: 'kept' }]);
  });

  it('takes single prices that fit between the others', async () => {
    await put({ prices: [priced({ validUntil: '2027-01-01' })] });
    expect((await server.asAdmin('POST', PRICES, priced({ validFrom: '2027-01-01' }))).status).toBe(200);
    expect(await refusal('POST', priced({ validFrom: '2028-01-01' }))).toEqual([400, 'validFrom']);
    expect((await list()).prices).toHaveLength(2);
  });

  it('takes one of several prices for the same that are added at once', async () => {
    const adding = Array.from({ length: 6 }, () => server.asAdmin('POST', PRICES, priced({ model: 'new' })));
    const statuses = (await Promise.all(adding)).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, 400, 400, 400, 400, 400]);
    expect((await list()).prices).toHaveLength(1);
  });

  it('makes no call without a price where the server refuses that', async () => {
    const strict = await ChatServer.start({ ...(settings as Record<string, string>), UNPRICED_MODELS: 'refuse' });
    try {
      const refused = await strict.complete(await strict.createChat(), 'Is this free?');
      expect([refused.status, refused.body['code']]).toEqual([503, 'MODEL_UNPRICED']);
      expect(strict.provider.journal.requests.map(({ userMessage }) => userMessage)).not.toContain('Is this free?');
      expect((await strict.asAdmin('POST', PRICES, priced())).status).toBe(200);
      expect((await strict.complete(await strict.createChat(), 'Hello')).status).toBe(200);
    } finally {
      await strict.stop();
    }
  });
});
