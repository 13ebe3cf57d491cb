import { readFileSync } from 'node:fs';
import { startTestApp, type TestApp } from '../../support/app.js';
import { ADMIN_KEY } from '../../support/chat-server.js';
import { bearer, HttpClient } from '../../support/http-client.js';

type Schema = {
  $ref?: string;
  example?: unknown;
  default?: unknown;
  enum?: unknown[];
  type?: string | string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  allOf?: Schema[];
  oneOf?: Schema[];
  anyOf?: Schema[];
};
interface Operation {
  operationId: string;
  parameters?: { name: string; in: string; example?: unknown; schema?: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema; example?: unknown }> };
}
interface Document {
  info: { description: string };
  'x-start-here': string[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

type Named = Operation & { path: string; method: string };

/** What the examples call by an id that no installation has. */
const ID = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';
/** Need Twilio, a key that the installation has made, or several bots: their examples say what a request looks like. */
const ELSEWHERE = [
  'createSession',
  'receiveWhatsAppMessage',
  'receiveWhatsAppStatus',
  'searchBotByStartBot',
  'createStartBotBot',
  'updateStartBotBot',
];

/** Examples as Swagger UI puts them together. */
function exampleIn({ components }: Document, given: Schema): unknown {
  const exampleOf = (each: Schema): unknown => exampleIn({ components } as Document, each);
  const { $ref, ...schema } = given;
  if ($ref !== undefined) return exampleOf(components.schemas[$ref.split('/').at(-1)!]!);
  if ('example' in schema) return schema.example;
  if ('default' in schema) return schema.default;
  if (schema.allOf !== undefined) return Object.assign({}, ...schema.allOf.map(exampleOf)) as unknown;
  const part = schema.oneOf?.[0] ?? schema.anyOf?.[0];
  if (part !== undefined) return exampleOf(part);
  if (schema.enum !== undefined) return schema.enum[0];
  const [type = 'object'] = [schema.type].flat();
  if (schema.properties !== undefined)
    return Object.fromEntries(Object.entries(schema.properties).map(([name, each]) => [name, exampleOf(each)]));
  if (type === 'array') return [exampleOf(schema.items ?? {})];
  return { string: 'string', integer: 0, number: 0, boolean: true, object: {} }[type];
}

const OTHER_NAMES: Partial<Record<string, string>> = {
  openChatBotId: 'botId',
  thread_id: 'threadId',
  assistant_id: 'asst_id',
};

describe('the examples of the document', () => {
  let server: TestApp;
  let http: HttpClient;
  const document = JSON.parse(readFileSync('openapi.json', 'utf8')) as Document;
  const operations: Named[] = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
  );
  const ids: Record<string, unknown> = { botCode: 'welcome' };
  beforeAll(async () => {
    server = await startTestApp({ ADMIN_API_KEY: ADMIN_KEY, DEMO_SERVICE: 'on' });
    http = new HttpClient(server.url, bearer(ADMIN_KEY));
  }, 60_000);
  afterAll(() => server.stop());

  /** Ids of examples are those of earlier answers. */
  const filled = (value: unknown, name = ''): unknown => {
    if (Array.isArray(value)) return value.map((each) => filled(each, name));
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filled(each, key)]));
    const isId = typeof value === 'string' && (value === ID || value.endsWith(ID.replaceAll('-', '')));
    return isId && name in ids ? ids[name] : value;
  };
  /** Answers of creations are ids, or have them; lists have them in their first item. */
  const learn = (path: string, answer: unknown): void => {
    const own = operations.map((each) => each.path.match(/^(.*)\/{(\w+)}$/)).find((parts) => parts?.[1] === path)?.[2];
    if (typeof answer === 'string' && own !== undefined) ids[own] = answer;
    if (typeof answer !== 'object' || answer === null) return;
    for (const [key, value] of Object.entries(answer)) {
      if (key === 'id' && own !== undefined) ids[own] = value;
      if (/(Id|_id)$/.test(key) && value !== null) ids[key] = value;
      const other = OTHER_NAMES[key];
      if (other !== undefined) ids[other] = value;
      if (key === 'items') learn(path, (value as unknown[])[0]);
    }
  };

  it('are all in the order that it gives', () => {
    const withBody = operations.filter(({ requestBody }) => requestBody?.content['application/json'] !== undefined);
    const names = withBody.map(({ operationId }) => operationId).filter((name) => !ELSEWHERE.includes(name));
    expect(document['x-start-here']).toEqual(expect.arrayContaining(names));
    expect(document.info.description).toContain('Start here');
  });

  it('work on a new installation in that order', async () => {
    const refused: string[] = [];
    for (const name of document['x-start-here']) {
      const { path, method, requestBody } = operations.find(({ operationId }) => operationId === name)!;
      const media = requestBody?.content['application/json'];
      const example = media && filled(media.example ?? exampleIn(document, media.schema));
      const address = path.replace(/{(\w+)}/g, (_, parameter: string) => encodeURIComponent(String(ids[parameter])));
      const { status, body } = await http.call(method, address, example);
      if (status >= 300)
        refused.push(`${name}: ${method} ${address} ${status} ${JSON.stringify(body)} for ${JSON.stringify(example)}`);
      else learn(path, body);
    }
    expect(refused).toEqual([]);
    const services = await http.call<{ items: { isActive: boolean; displayName: string }[] }>(
      'GET',
      '/api/admin/openAiServices',
    );
    expect(services.body.items).toContainEqual(expect.objectContaining({ displayName: 'OpenAI', isActive: true }));
  }, 120_000);
});
