import { ChatServer } from '../../support/chat-server.js';
import { Collector, type Mood } from '../../support/tracing/collector.js';

const TURNS = 10;

describe('a collector in trouble', () => {
  it.each<Mood | 'away'>(['silent', 'refusing', 'slow', 'away'])('harms no request: %s', async (trouble) => {
    const collector = await new Collector().start();
    const server = await ChatServer.start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    if (trouble === 'away') await collector.stop();
    else collector.mood = trouble;
    const chats = await Promise.all(Array.from({ length: TURNS }, () => server.createChat()));
    const turns = await Promise.all(chats.map((chatId) => server.complete(chatId, 'Hello')));
    expect(turns.map(({ status }) => status)).toEqual(turns.map(() => 200));
    // What waits to be sent does not keep the server from stopping.
    await server.stop();
    if (trouble !== 'away') await collector.stop();
  });
});
