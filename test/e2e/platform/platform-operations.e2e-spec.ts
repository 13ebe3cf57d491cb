import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { startTestApp, type TestApp } from '../../support/app.js';
import { eventually } from '../../support/eventually.js';
import { describeWithRedis } from '../../support/servers.js';
import { ProbeController } from './platform-probe.js';

/** Stands in for a provider that has work to finish when the server stops. */
@Injectable()
class SlowLeaver implements BeforeApplicationShutdown {
  leave!: () => void;
  private readonly gate = new Promise<void>((resolve) => (this.leave = resolve));

  beforeApplicationShutdown(): Promise<void> {
    return this.gate;
  }
}

const PROBE = { controllers: [ProbeController] };

describe('limits', () => {
  it('are per address for anonymous callers, and tell when to come back', async () => {
    const server = await startTestApp({ THROTTLE_ANONYMOUS_LIMIT: '2', REDIS_URL: undefined }, PROBE);
    try {
      const get = (path: string) => fetch(server.url + path);
      const first = await get('/api/probe/null');
      expect(first.headers.get('ratelimit-limit')).toBe('2');
      await get('/api/probe/items/a');
      const refused = await get('/api/probe/null');
      expect([refused.status, await refused.json()]).toMatchObject([429, { code: 'RATE_LIMITED' }]);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await get('/health/ready')).status).toBe(200);
      expect((await get('/docs')).status).toBe(200);
    } finally {
      await server.stop();
    }
  });

  it('cost nothing when there are none', async () => {
    const server = await startTestApp({}, PROBE);
    try {
      const answer = await fetch(`${server.url}/api/probe/null`);
      expect(answer.headers.get('ratelimit-limit')).toBeNull();
    } finally {
      await server.stop();
    }
  });

  it('hold without Redis', async () => {
    const server = await startTestApp({ THROTTLE_ANONYMOUS_LIMIT: '1', REDIS_URL: 'redis://127.0.0.1:1' }, PROBE);
    try {
      const statuses = [await fetch(`${server.url}/api/probe/null`), await fetch(`${server.url}/api/probe/null`)];
      expect(statuses.map(({ status }) => status)).toEqual([200, 429]);
      const ready = await fetch(`${server.url}/health/ready`);
      expect([ready.status, await ready.json()]).toMatchObject([200, { parts: { database: 'up', redis: 'down' } }]);
    } finally {
      await server.stop();
    }
  });
});

const ADMIN_API_KEY = 'an-admin-key-for-these-tests-0123456789';
const asAdmin = { authorization: `Bearer ${ADMIN_API_KEY}` };

describe('operating it', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startTestApp({ ADMIN_API_KEY }, PROBE);
  });
  afterAll(() => server.stop());

  const banner = async () => (await fetch(`${server.url}/api/system/STATUS/current`)).json();
  const setBanner = (body: object, headers: Record<string, string> = asAdmin) =>
    fetch(`${server.url}/api/System/status/current`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  it('shows a banner to everybody', async () => {
    expect(await banner()).toEqual({ value: '' });
    for (const value of ['Maintenance 🚧', 'Back tonight']) {
      const answer = await setBanner({ value });
      expect([answer.status, await answer.json(), await banner()]).toEqual([200, {}, { value }]);
    }
    expect((await setBanner({ value: null })).status).toBe(200);
    expect(await banner()).toEqual({ value: '' });
  });

  it('lets administrators set the banner, within limits', async () => {
    expect((await setBanner({ value: 'x' }, {})).status).toBe(401);
    expect((await setBanner({ value: 'x'.repeat(10_001) })).status).toBe(400);
    expect((await setBanner({ value: 5 })).status).toBe(400);
    expect(await banner()).toEqual({ value: '' });
  });

  it('shows figures to administrators, answers by route among them', async () => {
    await fetch(`${server.url}/api/probe/items/a`);
    await fetch(`${server.url}/api/probe/items/b`);
    expect((await fetch(`${server.url}/metrics`)).status).toBe(401);
    const answer = await fetch(`${server.url}/metrics`, { headers: asAdmin });
    const text = await answer.text();
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toContain(
      'baton_http_request_seconds_count{method="GET",route="/api/Probe/items/:id",status="200"} 2',
    );
    expect(text).toContain('process_cpu_seconds_total');
  });

  it('is not ready without its database', async () => {
    const database = server.app.get<DataSource>(getDataSourceToken(), { strict: false });
    const query = jest.spyOn(database, 'query').mockRejectedValue(new Error('password=hunter2'));
    const answer = await fetch(`${server.url}/health/ready`);
    query.mockRestore();
    const text = await answer.text();
    expect([answer.status, JSON.parse(text)]).toMatchObject([503, { code: 'NOT_READY' }]);
    expect(text).not.toContain('hunter2');
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
  });
});

describeWithRedis('with Redis', () => {
  it('instances share a limit, installations with different prefixes do not', async () => {
    const settings = { THROTTLE_ANONYMOUS_LIMIT: '2', TRUST_PROXY: 'true' };
    const shared = { ...settings, REDIS_PREFIX: `limit-${randomBytes(3).toString('hex')}` };
    const servers = [
      await startTestApp(shared, PROBE),
      await startTestApp(shared, PROBE),
      await startTestApp({ ...settings, REDIS_PREFIX: `${shared.REDIS_PREFIX}-2` }, PROBE),
    ];
    try {
      for (const { url } of servers) {
        const isUp = async () => (await (await fetch(`${url}/health/ready`)).text()).includes('"redis":"up"');
        await eventually(isUp);
      }
      const address = `10.${randomBytes(3).join('.')}`;
      const statuses: number[] = [];
      for (const { url } of [...servers, ...servers]) {
        const answer = await fetch(`${url}/api/probe/null`, { headers: { 'x-forwarded-for': address } });
        statuses.push(answer.status);
      }
      expect(statuses).toEqual([200, 200, 200, 429, 429, 200]);
    } finally {
      for (const server of servers) await server.stop();
    }
  });
});

describe('shutting down', () => {
  const count = (url: string) =>
    fetch(`${url}/api/probe/count`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"text":"a"}',
    });

  it('refuses new requests and lets running ones finish', async () => {
    const server = await startTestApp({}, { ...PROBE, providers: [SlowLeaver] });
    const probe = server.app.get(ProbeController);
    let finish!: () => void;
    probe.gate = new Promise((resolve) => (finish = resolve));
    const running = count(server.url);
    await eventually(() => probe.calls === 1);

    const stopped = server.stop();
    const refused = await fetch(`${server.url}/api/probe/null`);
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'SHUTTING_DOWN' }]);
    expect(refused.headers.get('connection')).toBe('close');
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(503);
    expect(await (await fetch(`${server.url}/health/live`)).json()).toMatchObject({ status: 'draining' });

    server.app.get(SlowLeaver).leave();
    finish();
    expect(await (await running).json()).toEqual({ call: 1, text: 'a' });
    await stopped;
    await expect(fetch(`${server.url}/health/live`)).rejects.toThrow();
  });

  it('does not wait for ever', async () => {
    const server = await startTestApp({ SHUTDOWN_GRACE_SECONDS: '0' }, PROBE);
    const probe = server.app.get(ProbeController);
    probe.gate = new Promise(() => {});
    const running = count(server.url).catch((error: unknown) => error);
    await eventually(() => probe.calls === 1);
    await server.stop();
    expect(String(await running)).toContain('fetch failed');
  });
});
