import { IdempotencyKey } from '@app/database';
import { getRepositoryToken } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { IdempotencyService } from '../../../apps/api/src/idempotency/idempotency.service.js';
import { startTestApp, type TestApp } from '../../support/app.js';
import { ProbeController } from './platform-probe.js';

let server: TestApp;
let probe: ProbeController;
let keys: Repository<IdempotencyKey>;
beforeAll(async () => {
  server = await startTestApp({}, { controllers: [ProbeController] });
  probe = server.app.get(ProbeController);
  keys = server.app.get<Repository<IdempotencyKey>>(getRepositoryToken(IdempotencyKey), { strict: false });
});
afterAll(() => server.stop());
beforeEach(async () => {
  probe.calls = 0;
  probe.gate = Promise.resolve();
  await keys.clear();
});

const count = (key: string, text = 'a', path = '/api/probe/count') =>
  fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ text }),
  });

describe('a POST with an Idempotency-Key', () => {
  it('runs once and gives its answer again', async () => {
    const first = await count('k1');
    const again = await count('k1');
    expect(await again.json()).toEqual(await first.json());
    expect([first, again].map((answer) => answer.headers.get('idempotency-replayed'))).toEqual([null, 'true']);
    expect(probe.calls).toBe(1);
  });

  it('gives text again as text, and nothing as nothing', async () => {
    const post = (path: string) =>
      fetch(server.url + path, { method: 'POST', headers: { 'idempotency-key': 'k2' } }).then((answer) =>
        answer.text(),
      );
    expect([await post('/api/probe/id'), await post('/api/probe/id')]).toEqual(['"call-1"', '"call-1"']);
    expect([await post('/api/probe/no-body'), await post('/api/probe/no-body')]).toEqual(['{}', '{}']);
  });

  it('runs once for many callers at the same time', async () => {
    let open!: () => void;
    probe.gate = new Promise((resolve) => (open = resolve));
    const answers = Array.from({ length: 20 }, () => count('k3'));
    const refused = await Promise.any(
      answers.map(async (answer) => ((await answer).status === 409 ? answer : Promise.reject())),
    );
    expect(await refused.json()).toMatchObject({ code: 'IDEMPOTENCY_KEY_IN_USE' });
    expect(refused.headers.get('retry-after')).toBe('1');
    open();
    const statuses = (await Promise.all(answers)).map((answer) => answer.status);
    expect(probe.calls).toBe(1);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0);
    expect(statuses.every((status) => status === 200 || status === 409)).toBe(true);
  });

  it('refuses a key that was used for something else', async () => {
    await count('k4', 'a');
    const other = await count('k4', 'b');
    expect([other.status, await other.json()]).toMatchObject([422, { code: 'IDEMPOTENCY_KEY_REUSED' }]);
    expect((await count('k4', 'a', '/api/probe/count?x=1')).status).toBe(422);
    expect((await count('k4', 'a', '/api/probe/echo')).status).toBe(200);
    expect(probe.calls).toBe(1);
  });

  it('gives the key back when it fails', async () => {
    expect((await count('k5', 'fail')).status).toBe(409);
    expect((await count('k5', 'fail')).status).toBe(409);
    expect((await count('k5', 'x'.repeat(21))).status).toBe(400);
    expect((await count('k5', 'good')).status).toBe(200);
    expect(probe.calls).toBe(3);
  });

  it.each(['', 'a b', 'x'.repeat(256), 'ä'])('refuses the key %p', async (key) => {
    const answer = await count(key);
    expect([answer.status, await answer.json()]).toMatchObject([400, { errors: [{ path: 'Idempotency-Key' }] }]);
    expect(probe.calls).toBe(0);
  });

  it('reports that the outcome of a request is unknown after its instance died', async () => {
    await count('k6');
    const started = new Date(Date.now() - 11 * 60_000);
    await keys.update({ state: 'done' }, { state: 'running', createdAt: started });
    const answer = await count('k6');
    expect([answer.status, await answer.json()]).toMatchObject([409, { code: 'IDEMPOTENCY_OUTCOME_UNKNOWN' }]);
  });

  it('forgets after a day', async () => {
    await count('k7');
    await count('k8');
    const [row] = await keys.find();
    await keys.update({ hash: row!.hash }, { createdAt: new Date(Date.now() - 25 * 3_600_000) });
    await server.app.get(IdempotencyService, { strict: false }).purge();
    expect(await keys.count()).toBe(1);
  });

  it('keeps no key in the clear', async () => {
    await count('secret-key-of-mine');
    expect(JSON.stringify(await keys.find())).not.toContain('secret-key-of-mine');
  });
});
