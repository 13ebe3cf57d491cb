import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { ChatServer } from '../../support/chat-server.js';

interface Side {
  text: string;
  costNano: number | null;
  inputTokens: number;
  problem: { code: string } | null;
}
interface Trial {
  present: { modelName: string };
  candidate: { modelName: string; openAiServiceId: string };
  questions: { chatId: string; question: string; present: Side; candidate: Side }[];
}

describe('a successor of a model', () => {
  let server: ChatServer;
  let botId: string;
  let chatId: string;

  const sql = <Row>(query: string): Promise<Row[]> =>
    server.app.app.get<DataSource>(getDataSourceToken(), { strict: false }).query<Row[]>(query);
  const count = async (table: string): Promise<number> =>
    Number((await sql<{ n: number | string }>(`SELECT COUNT(*) AS n FROM ${table}`))[0]!.n);
  const attempt = (body: object, id = botId) =>
    server.asAdmin<Trial>('POST', `/api/admin/bots/${id}/successorTrial`, body);

  beforeAll(async () => {
    server = await ChatServer.start();
    const { body } = await server.asAdmin<{ items: { botId: string }[] }>('GET', '/api/admin/bots');
    botId = body.items[0]!.botId;
    const tool = { name: 'act', description: 'Acts.', parameters: { type: 'object', properties: {} }, url: null };
    await server.asAdmin('POST', `/api/admin/bots/${botId}/tools`, tool);
  }, 60_000);
  afterAll(() => server.stop());

  it('has nothing to answer before there was a question', async () => {
    const { status, body } = await attempt({ modelName: 'fake-old' });
    expect([status, body.questions]).toEqual([200, []]);
  });

  it('answers the last questions in their context beside the present model, without a tool or a trace in the chat', async () => {
    chatId = await server.createChat();
    for (const question of ['First [[text=one]]', 'Second [[text=two]]', 'Third [[text=three]]'])
      await server.complete(chatId, question);
    const tables = ['messages', 'turns', 'chat_events', 'chats'];
    const before = await Promise.all(tables.map(count));
    server.provider.journal.clear();
    const { status, body } = await attempt({ modelName: 'fake-old', count: 2 });
    expect(status).toBe(200);
    expect([body.present.modelName, body.candidate.modelName]).toEqual(['fake-large', 'fake-old']);
    expect(body.questions.map(({ question }) => question)).toEqual(['Third [[text=three]]', 'Second [[text=two]]']);
    for (const { present, candidate } of body.questions) {
      expect(present.text).toBe(candidate.text);
      expect([present.problem, candidate.problem]).toEqual([null, null]);
      expect(candidate.inputTokens).toBeGreaterThan(0);
      expect(candidate.costNano).toBeNull();
    }
    expect(body.questions[0]!.candidate.text).toBe('three');
    const requests = server.provider.journal.requests.map(({ body: sent }) => sent);
    expect(requests.map(({ model }) => model).toSorted()).toEqual(['fake-large', 'fake-large', 'fake-old', 'fake-old']);
    expect(requests.every(({ tools }) => tools === undefined)).toBe(true);
    expect(JSON.stringify(requests.filter(({ input }) => JSON.stringify(input).includes('Third')))).toContain('First');
    expect(await Promise.all(tables.map(count))).toEqual(before);
    const rows = await sql<{ n: number | string }>(
      `SELECT COUNT(*) AS n FROM usage_ledger WHERE usage_type = 5 AND bot_id = '' AND turn_id IS NULL AND status = 'settled'`,
    );
    expect(Number(rows[0]!.n)).toBe(4);
  });

  it('may fail, which is told beside the answer of the other', async () => {
    server.provider.script((_message, body) => body['model'] === 'broken', { modelNotFound: true });
    const { body } = await attempt({ modelName: 'broken', count: 1 });
    expect(body.questions[0]).toMatchObject({
      present: { text: 'three', problem: null },
      candidate: { text: '', problem: { code: 'PROVIDER_MODEL_NOT_FOUND' } },
    });
  });

  it('needs a model, a bot, and a bounded number of questions', async () => {
    for (const wrong of [{}, { modelName: ' ' }, { modelName: 'x', count: 21 }, { modelName: 'x', count: 0 }])
      expect((await attempt(wrong)).status).toBe(400);
    expect((await attempt({ modelName: 'x' }, 'unknown')).status).toBe(404);
    expect((await attempt({ modelName: 'x', openAiServiceId: 'unknown' })).status).toBe(503);
    const { body } = await server.asAdmin<{ items: { action: string }[] }>('GET', '/api/admin/audit');
    expect(body.items.some(({ action }) => action === 'bot.successor_tried')).toBe(true);
  });
});
