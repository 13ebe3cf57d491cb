import { DataSource } from 'typeorm';
import { LiveTurns } from '../../apps/api/src/baton/turns/running/live-turns.js';
import { TurnRunner } from '../../apps/api/src/baton/turns/running/turn-runner.js';
import { TurnSweeper } from '../../apps/api/src/baton/instances/turn-sweeper.js';
import { Person } from '../e2e/takeover/takeover.support.js';
import { ChatServer } from '../support/chat-server.js';

describe('after the message was stored and before its turn has begun', () => {
  let server: ChatServer;
  let ada: Person;

  beforeAll(async () => {
    server = await ChatServer.start();
    ada = await Person.create(server, 'Ada', ['user', 'agent']);
  });
  afterAll(() => server.stop());

  it('a chat that is taken over does not have the model service called for nothing', async () => {
    const chatId = await server.createChat();
    const runner = server.app.app.get(TurnRunner);
    const afterCommit = runner.afterCommit.bind(runner);
    let claimed: unknown = null;
    jest.spyOn(runner, 'afterCommit').mockImplementationOnce((change) => {
      void ada.act(chatId, 'claim').then(({ status }) => {
        claimed = status;
        afterCommit(change);
      });
    });
    const message = 'Is this still for the bot?';
    const { status, body } = await server.complete(chatId, message);
    expect({ claimed, status, text: body['assistantMessage'] }).toEqual({ claimed: 200, status: 200, text: '' });
    // A model call for the first message would have come before that of the second.
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

  it('a turn whose lease runs out is restarted on this instance and stays known to it', async () => {
    const chatId = await server.createChat();
    const { app } = server.app;
    const runner = app.get(TurnRunner);
    const afterCommit = runner.afterCommit.bind(runner);
    jest.spyOn(runner, 'afterCommit').mockImplementationOnce((change) => {
      const expire = 'UPDATE turns SET lease_until = created_at WHERE chat_id = ?';
      const expired = app.get(DataSource).query(expire, [change.chatId]);
      void expired.then(() => app.get(TurnSweeper).sweep()).then(() => afterCommit(change));
    });
    const answer = server.complete(chatId, 'Tell me a story [[tokens=300 delay=10]]');
    const stream = await server.follow(chatId);
    await stream.until((events) => events.filter(({ type }) => type === 'message.delta').length > 20);
    expect(app.get(LiveTurns).chatIds()).toContain(chatId);
    expect(await ada.act(chatId, 'claim')).toMatchObject({ status: 200 });
    expect((await answer).status).toBe(200);
    expect((await ada.log(chatId)).at(-2)).toMatchObject({ type: 'turn.ended', data: { status: 'interrupted' } });
  });
});
