import { TurnsService } from '../../apps/api/src/baton/turns.service.js';
import { Person } from '../e2e/takeover.support.js';
import { ChatServer } from '../support/chat-server.js';

describe('a chat that is taken over after the message was stored and before its turn has begun', () => {
  let server: ChatServer;
  let ada: Person;

  beforeAll(async () => {
    server = await ChatServer.start();
    ada = await Person.create(server, 'Ada', ['user', 'agent']);
  });
  afterAll(() => server.stop());

  it('does not have the model service called for nothing', async () => {
    const chatId = await server.createChat();
    const turns = server.app.app.get(TurnsService);
    const begin = turns.begin.bind(turns);
    let claimed: unknown = null;
    jest.spyOn(turns, 'begin').mockImplementationOnce((accepted, id) => {
      void ada.act(chatId, 'claim').then(({ status }) => {
        claimed = status;
        begin(accepted, id);
      });
    });
    const message = 'Is this still for the bot?';
    const { status, body } = await server.complete(chatId, message);
    expect({ claimed, status, text: body['assistantMessage'] }).toEqual({ claimed: 200, status: 200, text: '' });
    // Whoever was to be called for the first message would have been called before the second.
    await server.complete(await server.createChat(), 'And this?');
    const called = server.provider.journal.requests.map(({ userMessage }) => userMessage);
    expect(called).toContain('And this?');
    expect(called).not.toContain(message);
    expect((await ada.log(chatId)).map(({ type }) => type)).toEqual([
      'message.created',
      'turn.started',
      'turn.ended',
      'ownership.changed',
    ]);
  });
});
