import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { MetricsRegistry } from '@app/common';
import { SystemService } from '../../apps/api/src/system/system.service.js';
import { startTestApp } from '../support/app.js';
import { ProbeController } from './platform-probe.js';

/** Stands in for whoever has something to finish when the server stops. */
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
    const server = await startTestApp({ THROTTLE_LIMIT: '5', THROTTLE_ANONYMOUS_LIMIT: '2' }, PROBE);
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

describe('the banner', () => {
  it('is empty until somebody sets it, and readable by everybody', async () => {
    const server = await startTestApp();
    try {
      const answer = await fetch(`${server.url}/api/system/STATUS/current`);
      expect([answer.status, await answer.json()]).toEqual([200, { value: '' }]);
    } finally {
      await server.stop();
    }
  });

  it('is kept', async () => {
    const server = await startTestApp();
    try {
      const system = server.app.get(SystemService, { strict: false });
      await system.setMessage({ value: 'Maintenance 🚧' });
      await system.setMessage({ value: 'Back tonight' });
      expect(await system.getMessage()).toEqual({ value: 'Back tonight' });
      await system.setMessage({ value: null });
      expect(await system.getMessage()).toEqual({ value: '' });
    } finally {
      await server.stop();
    }
  });
});

describe('figures', () => {
  it('count answers by route', async () => {
    const server = await startTestApp({}, PROBE);
    try {
      await fetch(`${server.url}/api/probe/items/a`);
      await fetch(`${server.url}/api/probe/items/b`);
      const text = await server.app.get(MetricsRegistry, { strict: false }).render();
      expect(text).toMatch(
        /baton_http_request_seconds_count\{method="GET",route="\/api\/Probe\/items\/:id",status="200"\} 2/,
      );
      expect(text).toContain('process_cpu_seconds_total');
    } finally {
      await server.stop();
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
    await until(() => probe.calls === 1);

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
    await until(() => probe.calls === 1);
    await server.stop();
    expect(String(await running)).toContain('fetch failed');
  });
});

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
}
