import fs from 'node:fs';
import { DataSource } from 'typeorm';
import type { TestApp } from '../../support/app.js';
import { startTestApp } from '../../support/app.js';
import { eventually } from '../../support/eventually.js';
import { FakeTwilio, postSigned } from '../../support/fake-twilio.mjs';
import { bearer, HttpClient } from '../../support/http-client.js';
import { ECHOES, EchoingService } from './echoing-service.js';

/** One for each place that can be given a secret. Plain letters, so that no rule about the form of keys finds them. */
const SECRETS = {
  environmentKey: 'plantedenvironmentkey',
  serviceKey: 'plantedservicekey',
  otherServiceKey: 'plantedotherservicekey',
  serviceHeader: 'plantedserviceheader',
  serviceQuery: 'plantedservicequery',
  toolHeader: 'plantedtoolheader',
  toolQuery: 'plantedtoolquery',
  blobKey: 'plantedblobkey',
  searchCredential: 'plantedsearchcredential',
  rawConfiguration: 'plantedrawconfiguration',
  endpointPassword: 'plantedendpointpassword',
  adminKey: 'plantedadminkeyplantedadminkeyplanted',
  twilioToken: 'plantedtwiliotoken',
  encryptionKey: '0c'.repeat(32),
  previousEncryptionKey: '0d'.repeat(32),
};
const PUBLIC_URL = 'https://chat.example.com';

describe('secrets that were planted everywhere', () => {
  const service = new EchoingService();
  const twilio = Object.assign(new FakeTwilio(), { authToken: SECRETS.twilioToken });
  const secrets: Record<string, string> = { ...SECRETS };
  const answers: string[] = [];
  const logged: string[] = [];
  let server: TestApp;
  let admin: HttpClient;
  let anonymous: HttpClient;

  /** Notes everything that the server answers. */
  const noting: typeof fetch = async (...request) => {
    const response = await fetch(...request);
    const text = await response.clone().text();
    answers.push(`${response.status} ${JSON.stringify([...response.headers])} ${text}`);
    return response;
  };

  function noteLogs(): void {
    const write = (text: unknown): void => void logged.push(String(text));
    for (const stream of [process.stdout, process.stderr])
      jest.spyOn(stream, 'write').mockImplementation((text) => (write(text), true));
    const { writeSync } = fs;
    jest.spyOn(fs, 'writeSync').mockImplementation(((fd: number, data: string | Uint8Array, ...rest: never[]) => {
      if (fd !== 1 && fd !== 2) return writeSync(fd, data as string, ...rest);
      write(typeof data === 'string' ? data : Buffer.from(data).toString());
      return Buffer.byteLength(data);
    }) as typeof fs.writeSync);
  }

  async function storedText(): Promise<string> {
    const database = server.app.get(DataSource);
    const tables = database.entityMetadatas.map(({ tableName }) => tableName);
    const rows: unknown[] = [];
    for (const table of tables) rows.push(table, await database.query(`SELECT * FROM ${table}`));
    return JSON.stringify(rows, (_, value: unknown) =>
      value instanceof ArrayBuffer || value instanceof Uint8Array
        ? Buffer.from(value as Uint8Array).toString('latin1')
        : value,
    );
  }

  /** The names of the secrets that a text holds, also encoded. */
  const found = (text: string): string[] =>
    Object.entries(secrets)
      .filter(([, secret]) =>
        [secret, Buffer.from(secret).toString('base64').replace(/=+$/, ''), Buffer.from(secret).toString('hex')].some(
          (form) => text.includes(form),
        ),
      )
      .map(([name]) => name);

  beforeAll(async () => {
    await Promise.all([service.start(), twilio.start()]);
    noteLogs();
    server = await startTestApp({
      ...twilio.settings,
      PUBLIC_URL,
      WHATSAPP_RETRY_MS: '10',
      WHATSAPP_SEND_ATTEMPTS: '2',
      LOG_LEVEL: 'trace',
      ADMIN_API_KEY: SECRETS.adminKey,
      ENCRYPTION_KEY: SECRETS.encryptionKey,
      PREVIOUS_ENCRYPTION_KEYS: SECRETS.previousEncryptionKey,
      OPENAI_API_KEY: SECRETS.environmentKey,
      OPENAI_BASE_URL: `http://${service.host}/v1`,
      OPENAI_MODEL: 'echo',
      PROVIDER_ATTEMPTS: '1',
      OUTBOUND_ALLOW_HOSTS: service.host,
    });
    admin = new HttpClient(server.url, bearer(SECRETS.adminKey), noting);
    anonymous = new HttpClient(server.url, {}, noting);
  }, 60_000);
  afterAll(async () => {
    jest.restoreAllMocks();
    await server.stop();
    await Promise.all([service.stop(), twilio.stop()]);
  });

  it('are in no answer, log, metric or row, whatever is done with them', async () => {
    const endpoint = `http://${service.host}/v1`;
    const serviceId = await admin.ok<string>('POST', '/api/admin/openAiServices', {
      displayName: 'Planted',
      isActive: true,
      modelName: 'echo',
      azureOpenAiEndpoint: endpoint,
      azureOpenAiApiKey: SECRETS.serviceKey,
    });
    const one = `/api/admin/openAiServices/${serviceId}`;
    const connection = { displayName: 'Planted', isUpdateOpenAi: true, azureOpenAiEndpoint: endpoint };
    await admin.call('POST', `${one}/probe`);
    for (const address of [
      `http://user:${SECRETS.endpointPassword}@host.example/v1`,
      `http://host.example/?key=${SECRETS.endpointPassword}`,
    ])
      expect(await admin.refused('PUT', one, { ...connection, azureOpenAiEndpoint: address })).toEqual([
        400,
        'VALIDATION_FAILED',
      ]);
    for (const azureOpenAiApiKey of [
      `${SECRETS.otherServiceKey}\n2`,
      `${SECRETS.otherServiceKey}é`,
      SECRETS.otherServiceKey.repeat(300),
    ])
      expect(await admin.refused('PUT', one, { ...connection, azureOpenAiApiKey })).toEqual([400, 'VALIDATION_FAILED']);
    await admin.text('PUT', one, { displayName: 'Planted', azureOpenAiApiKey: SECRETS.otherServiceKey });

    const extras = {
      headers: [{ name: 'X-Api-Key', value: SECRETS.serviceHeader }],
      query: [{ name: 'api_key', value: SECRETS.serviceQuery }],
    };
    expect((await admin.text('PUT', `${one}/connection`, extras)).status).toBe(200);
    await admin.call('GET', `${one}/connection`);
    const bot = {
      displayNameTv: { value: 'Bot', valueDe: '' },
      isActive: true,
      isPublic: true,
      openAiServiceId: serviceId,
    };
    const botId = String((await admin.ok('POST', '/api/admin/bots', { ...bot, code: 'planted' }))['botId']);
    const path = `/api/admin/bots/${botId}`;
    const search = {
      isUpdateBlobClient: true,
      blobClientConnectionString: `AccountName=a;AccountKey=${SECRETS.blobKey}==;EndpointSuffix=core.windows.net`,
      isUpdateSearchClient: true,
      searchClientEndpoint: 'https://search.example.com/',
      searchClientCredential: SECRETS.searchCredential,
    };
    for (const part of ['acsBotConfiguration', 'azureOpenAISearchBotConfiguration']) {
      await admin.text('PUT', `${path}/${part}`, search);
      await admin.call('GET', `${path}/${part}`);
    }
    await admin.text('PUT', `${path}/configuration`, { configurationRaw: `{"apiKey":"${SECRETS.rawConfiguration}"}` });
    await admin.call('GET', `${path}/configuration`);

    for (const way of [...ECHOES, 'none']) {
      const { body } = await admin.call('POST', `${path}/tools`, {
        name: `tool_${way}`,
        url: `http://${service.host}/tool?way=${way}&code=${SECRETS.toolQuery}`,
        secretHeaders: [{ name: 'X-Tool-Key', value: SECRETS.toolHeader }],
        timeoutMs: 5000,
        isActive: false,
      });
      await admin.call('POST', `${path}/tools/${String(body['botToolId'])}/dryRun`, { arguments: {} });
    }
    await admin.call('GET', `${path}/tools`);

    // Shown once, in the answer that makes it; from then on it is a secret like the others.
    const created = await new HttpClient(server.url, bearer(SECRETS.adminKey)).call(
      'POST',
      '/api/users/current/apiKeys',
      { name: 'planted' },
    );
    secrets['apiKey'] = String(created.body['key']);
    for (const key of [secrets['apiKey'], `${secrets['apiKey']}x`, SECRETS.adminKey.slice(1)])
      await anonymous.call('GET', '/api/users/current', undefined, bearer(key));
    await anonymous.call('GET', `/api/bots?access_token=${SECRETS.adminKey}`);

    const chats: string[] = [];
    for (const owner of [botId, null])
      for (const way of [...ECHOES, 'fine']) {
        const chat =
          owner === null
            ? await admin.ok('POST', '/api/chats/create/bybotcode', { botCode: 'welcome' })
            : await admin.ok('POST', '/api/chats', { botId: owner });
        const chatId = String(chat['chatId']);
        chats.push(chatId);
        const message = { userMessage: `Hello [[${way}]]`, isTraceLogEnabled: true };
        await admin.text('POST', `/api/chats/${chatId}/completions`, message);
        const accept = { accept: 'text/event-stream' };
        await admin.text('POST', `/api/chats/${chatId}/completions`, message, accept);
      }
    for (const chatId of chats) {
      for (const part of ['', '/events', '/variables', '/downloads/transcript.json', '/takeover'])
        await admin.text('GET', `/api/chats/${chatId}${part}`);
    }

    const form = {
      MessageSid: `SM${'1'.repeat(32)}`,
      From: 'whatsapp:+15550001111',
      To: 'whatsapp:+14155238886',
      Body: 'Hi [[fine]]',
      AccountSid: twilio.accountSid,
    };
    twilio.failNext({ status: 401, code: 20003, message: `Authenticate: ${twilio.authToken}` });
    await postSigned(`${server.url}/webhook`, form, twilio.authToken, `${PUBLIC_URL}/webhook`);
    await eventually(async () => {
      const { items } = await admin.ok<{ items: { attempts: number }[] }>('GET', '/api/admin/whatsapp/outbox');
      return items.some(({ attempts }) => attempts > 0);
    });
    await anonymous.text('POST', '/webhook', form);

    await admin.call('POST', '/api/System/encryptionKeys/rotation', {});
    await eventually(async () => {
      const { rotation } = await admin.ok<{ rotation: { state: string } }>('GET', '/api/System/encryptionKeys');
      return rotation.state === 'completed';
    });
    for (const address of ['openAiServices', 'bots', 'users', 'audit', 'whatsapp/status', 'whatsapp/outbox'])
      await admin.call('GET', `/api/admin/${address}?PageSize=200`);
    for (const part of ['', '/status', '/models', '/prices']) await admin.call('GET', one + part);
    for (const address of [
      '/metrics',
      '/health/ready',
      '/api/statistic/usage?groupBy=model',
      '/api/statistic/usage.csv',
      '/openapi.json',
    ])
      await admin.text('GET', address);

    const stored = await storedText();
    expect(stored).toContain('planted');
    expect(answers.length).toBeGreaterThan(150);
    expect(logged.length).toBeGreaterThan(100);
    const leaks = (texts: readonly string[]): unknown[] =>
      texts.flatMap((text) => found(text).map((name) => [name, text.slice(0, 300), text.length]));
    expect({ stored: found(stored), answers: leaks(answers), logged: leaks(logged) }).toEqual({
      stored: [],
      answers: [],
      logged: [],
    });
  }, 120_000);
});
