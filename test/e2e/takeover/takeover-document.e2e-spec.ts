import { TAKEOVER_COMMANDS, type Acknowledgement } from '@app/contracts';
import type { Socket } from 'socket.io-client';
import { ChatServer } from '../../support/chat-server.js';
import { Person, SocketDocument, type Desk } from './takeover.support.js';

describe('the document of the socket', () => {
  const document = new SocketDocument();
  const called = new Set<string>();
  let server: ChatServer;
  let desk: Desk;

  beforeAll(async () => {
    server = await ChatServer.start();
    desk = await (await Person.create(server, 'Ada', ['user', 'agent'])).connect();
  });
  afterAll(async () => {
    desk.close();
    await server.stop();
  });

  const send = async (name: string, payload: object): Promise<Acknowledgement<unknown>> => {
    const socket = desk.client.socket.timeout(5000) as unknown as Socket;
    const answer = (await socket.emitWithAck(name, payload)) as Acknowledgement<unknown>;
    expect(document.faultOf(`${name}Acknowledgement`, answer)).toBeNull();
    called.add(name);
    return answer;
  };
  const good = async (name: string, payload: object): Promise<void> => {
    expect(document.faultOf(name, payload)).toBeNull();
    expect(await send(name, payload)).toMatchObject({ ok: true });
  };

  it('holds for every command, its answers and the events that follow', async () => {
    const chatId = await server.createChat();
    await good('presence', { status: 'online', capacity: 3 });
    await desk.client.watch(chatId);
    await good('watch', { chatId, after: 0, offset: 0 });
    await server.complete(chatId, 'Hello');
    await good('typing', { chatId, isTyping: true });
    await good('request', { chatId });
    await good('cancel', { chatId, expectedEpoch: 2 });
    await good('claim', { chatId });
    await good('send', { chatId, text: 'Hello', clientMessageId: '1' });
    await good('note', { chatId, text: 'A note' });
    await good('whisper', { chatId, text: 'A whisper' });
    await good('release', { chatId, to: 'queue' });
    await good('claim', { chatId });
    await good('end', { chatId });
    await good('reopen', { chatId });
    await good('unwatch', { chatId });
    expect([...called].toSorted()).toEqual(TAKEOVER_COMMANDS.toSorted());
    expect(desk.events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['message.completed', 'ownership.changed', 'note.created', 'whisper.created']),
    );
    expect(desk.faults).toEqual([]);
  });

  it.each(TAKEOVER_COMMANDS.filter((name) => name !== 'unwatch'))('holds for a refused %s', async (name) => {
    const payload = { chatId: 'nothing', text: 'x', isTyping: true, to: 'moon', status: 'dancing' };
    expect(await send(name, payload)).toMatchObject({ ok: false });
  });

  it('lists all commands and what the server says of chats', () => {
    expect(document.operationsOf('takeover').toSorted()).toEqual(
      [...TAKEOVER_COMMANDS, 'sendEvent', 'sendTransient'].toSorted(),
    );
  });
});
