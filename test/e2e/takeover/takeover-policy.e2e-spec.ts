import { ChatServer } from '../../support/chat-server.js';
import { Person } from './takeover.support.js';

describe('the policy of a bot', () => {
  let server: ChatServer;
  let ada: Person;
  beforeAll(async () => {
    server = await ChatServer.start();
    ada = await Person.create(server, 'Ada', ['user', 'agent']);
  }, 60_000);
  afterAll(() => server.stop());

  const policyPath = async (): Promise<string> => {
    const { body } = await ada.call('GET', `/api/takeover/chats/${await server.createChat()}`);
    return `/api/admin/bots/${String(body['botId'])}/takeoverPolicy`;
  };

  it('has defaults, is kept, and is for its administrators', async () => {
    const path = await policyPath();
    const { body: policy } = await server.asAdmin('GET', path);
    expect(policy).toMatchObject({ onClaim: 'cut', waitSeconds: 300, onLeaseExpired: 'requeue', businessHours: null });
    const changed = {
      ...policy,
      keywords: ['a person'],
      failedTurns: 2,
      businessHours: { timeZone: 'UTC', days: { monday: { from: '09:00', to: '17:00' } } },
    };
    expect(await server.asAdmin('PUT', path, changed)).toMatchObject({ status: 200, body: {} });
    expect((await server.asAdmin('GET', path)).body).toEqual(changed);
    expect((await ada.call('GET', path)).status).toBe(404);
    expect((await ada.call('PUT', path, changed)).status).toBe(404);
    expect((await server.asAdmin('GET', path.replace(/bots\/[^/]+/, 'bots/nothing'))).status).toBe(404);
  });

  it.each<[string, object]>([
    ['a way to claim that is none', { onClaim: 'shout' }],
    ['too long an end', { finishSeconds: 31 }],
    ['a wait that is none', { waitSeconds: 0 }],
    ['no keywords', { keywords: null }],
    ['an empty keyword', { keywords: [''] }],
    ['too many keywords', { keywords: Array.from({ length: 51 }, String) }],
    ['no text', { closedMessage: null }],
    ['half a text', { closedMessage: { value: 'x' } }],
    ['a time zone that is none', { businessHours: { timeZone: 'Mars/Olympus', days: {} } }],
    ['no days', { businessHours: { timeZone: 'UTC' } }],
    ['a day that is none', { businessHours: { timeZone: 'UTC', days: { someday: { from: '09:00', to: '10:00' } } } }],
    ['a time that is none', { businessHours: { timeZone: 'UTC', days: { monday: { from: '9', to: '25:00' } } } }],
    ['something unknown', { mood: 'good' }],
  ])('refuses %s', async (_, changes) => {
    const path = await policyPath();
    const { body: policy } = await server.asAdmin('GET', path);
    expect((await server.asAdmin('PUT', path, { ...policy, ...changes })).status).toBe(400);
    expect((await server.asAdmin('GET', path)).body).toEqual(policy);
  });
});
