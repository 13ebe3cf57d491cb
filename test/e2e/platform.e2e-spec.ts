import { startTestApp, type TestApp } from '../support/app.js';

describe('the platform', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startTestApp();
  });
  afterAll(() => server.stop());

  it('is ready', async () => {
    const answer = await fetch(`${server.url}/health/ready`);
    expect(await answer.json()).toEqual({ status: 'ok', parts: { database: 'up' } });
  });
});
