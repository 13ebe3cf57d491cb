import { ChatServer } from '../../support/chat-server.js';

const TURNS = 60;
const question = (turn: number): string => `Question ${turn}: ${'where is my order '.repeat(8)}[[text=On its way]]`;

type Item = { role: string; content: unknown };

describe('the history of a long chat', () => {
  let server: ChatServer;

  beforeAll(async () => {
    server = await ChatServer.start({ CONTEXT_TOKEN_BUDGET: '1000' });
  });
  afterAll(() => server.stop());

  it('begins like that of the turn before, but for few turns', async () => {
    const chatId = await server.createChat();
    const sent: string[][] = [];
    for (let turn = 0; turn < TURNS; turn++) {
      await server.complete(chatId, question(turn));
      const { body } = server.provider.journal.last!;
      sent.push(((body['input'] ?? body['messages']) as Item[]).map((item) => JSON.stringify(item)));
    }
    const shared = sent.filter((items, turn) => turn > 0 && sent[turn - 1]!.every((item, at) => items[at] === item));
    expect(Math.max(...sent.map(({ length }) => length))).toBeLessThan(TURNS);
    // Every cut takes a third of the budget, which is seven turns or so.
    expect(shared.length).toBeGreaterThan(TURNS * 0.8);
    expect(shared.length).toBeLessThan(TURNS - 2);
    expect(sent.every((items) => (JSON.parse(items[0]!) as Item).role === 'user')).toBe(true);
  });
});
