import { ChatServer, ADMIN_KEY } from '../../support/chat-server.js';
import { EventStream } from '../../support/event-stream.js';
import { OidcIssuer } from '../../support/oidc-issuer.js';
import { Person } from '../takeover/takeover.support.js';

let server: ChatServer;
let issuer: OidcIssuer;
beforeAll(async () => {
  issuer = await OidcIssuer.start();
  server = await ChatServer.start(issuer.settings);
});
afterAll(async () => {
  await server.stop();
  await issuer.stop();
});

const follow = (path: string, token: string): Promise<EventStream> =>
  EventStream.open(server.app.url + path, { headers: { authorization: `Bearer ${token}` } });
const logOf = (chatId: string): string => `/api/takeover/chats/${chatId}/events`;
const ENDED = { type: 'stream.closed', data: { reason: 'session_ended' } };

describe('a stream that is followed', () => {
  it.each(['/events/threads', 'the log of a chat'])('ends when its reader is no agent any more: %s', async (path) => {
    const agent = await Person.create(server, 'Rex', ['user', 'agent']);
    const chatId = await server.createChat();
    const stream = await follow(path.startsWith('/') ? path : logOf(chatId), agent.key);
    await server.asAdmin('PUT', `/api/admin/users/${agent.id}`, { roles: ['user'] });
    expect((await stream.untilEnd()).at(-1)).toMatchObject(ENDED);
  });

  it('ends when its reader is deleted, and tells nothing after that', async () => {
    const agent = await Person.create(server, 'Del', ['user', 'agent']);
    const chatId = await server.createChat();
    const stream = await follow(logOf(chatId), agent.key);
    await server.asAdmin('DELETE', `/api/admin/users/${agent.id}`);
    await stream.untilEnd();
    await server.complete(chatId, 'Not for former colleagues.');
    expect(JSON.stringify(stream.events)).not.toContain('Not for former colleagues.');
  });

  it('ends when its reader’s token expires', async () => {
    const soon = Math.floor(Date.now() / 1000) - 28;
    const token = await issuer.token({ claims: { exp: soon, roles: ['agent'] } });
    const stream = await follow('/events/threads', token);
    expect((await stream.untilEnd()).at(-1)).toMatchObject(ENDED);
  });

  it('goes on for those who may still read it', async () => {
    const [agent, other] = [
      await Person.create(server, 'Ann', ['agent']),
      await Person.create(server, 'Bea', ['agent']),
    ];
    const chatId = await server.createChat();
    const streams = [await follow(logOf(chatId), agent.key), await follow(logOf(chatId), ADMIN_KEY)];
    const leaving = await follow(logOf(chatId), other.key);
    await server.asAdmin('DELETE', `/api/admin/users/${other.id}`);
    await leaving.untilEnd();
    await server.complete(chatId, 'Still here?');
    for (const stream of streams) {
      await stream.until((events) => events.some(({ type }) => type === 'turn.ended'));
      await stream.close();
    }
  });
});
