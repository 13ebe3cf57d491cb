import { DataSource } from 'typeorm';
import { TurnSweeper } from '../../../apps/api/src/baton/instances/turn-sweeper.js';
import { startTestApp, type TestApp } from '../../support/app.js';
import { ChatServer } from '../../support/chat-server.js';
import { freshDatabase } from '../../support/databases.js';
import { eventually } from '../../support/eventually.js';
import { describeOnServer } from '../../support/servers.js';
import { Collector } from '../../support/tracing/collector.js';

const TRACE = 'c0ffee00c0ffee00c0ffee00c0ffee00';

describeOnServer('a trace over instances', () => {
  const collector = new Collector();
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let first: ChatServer;
  let second: TestApp;

  beforeAll(async () => {
    await collector.start();
    database = await freshDatabase();
    const settings = {
      DATABASE_URL: database!.url,
      ENCRYPTION_KEY: 'ab'.repeat(32),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    };
    first = await ChatServer.start(settings);
    second = await startTestApp(settings);
  }, 60_000);
  afterAll(async () => {
    await second.stop();
    await first.stop();
    await collector.stop();
    database?.release();
  });

  it('goes on with a turn that another instance takes over', async () => {
    const chatId = await first.createChat();
    first.provider.script('default', { hang: true });
    const headers = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` };
    const answered = first.complete(chatId, 'Hello', headers);
    await first.provider.journal.until(({ running }) => running > 0);
    first.provider.script('default', { text: 'From the other one.' });
    const dataSource = second.app.get(DataSource);
    const turnNow = async (): Promise<{ status: string; recoveries: number }> => {
      const [turn] = await dataSource.query<{ status: string; recoveries: number }[]>(
        'SELECT status, recoveries FROM turns',
      );
      return turn!;
    };
    // As if the first instance had died; it may renew the lease in between.
    await eventually(async () => {
      await dataSource.query(`UPDATE turns SET lease_until = '2000-01-01' WHERE status = 'running' AND recoveries = 0`);
      await second.app.get(TurnSweeper).sweep();
      return (await turnNow()).recoveries > 0;
    });
    await eventually(turnNow, ({ status }) => status === 'completed');
    await answered;
    const turns = await collector.trace(TRACE, (spans) => spans.filter(({ name }) => name === 'turn').length === 2);
    const request = turns.find(({ name }) => name.startsWith('POST '))!;
    expect(turns.filter(({ name }) => name === 'turn').map(({ parentId }) => parentId)).toEqual([
      request.spanId,
      request.spanId,
    ]);
  });
});
