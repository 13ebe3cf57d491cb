import type { Problem } from '@app/contracts';
import { randomUUID } from 'node:crypto';
import { ADMIN_KEY, ChatServer } from '../../support/chat-server.js';
import { OpenApiValidator, type Operation } from '../../support/openapi-validator.js';

const document = new OpenApiValidator();
const OPERATIONS = document.operations.filter(({ path }) => path !== '/events/threads');
const WITH_BODY = OPERATIONS.filter(({ id }) => document.bodyFields(id) !== null);
const named = (operations: Operation[]): [string, Operation][] =>
  operations.map((operation) => [`${operation.method} ${operation.path}`, operation]);

/** What the document says of every operation, tried on the server. */
describe('the document and the server agree', () => {
  let server: ChatServer;
  beforeAll(async () => {
    server = await ChatServer.start();
  });
  afterAll(() => server.stop());

  function send({ method, path }: Operation, body: BodyInit | undefined, type = 'application/json'): Promise<Response> {
    const filled = path.replace('{userId}', '4000').replace(/\{[^}]+\}/g, randomUUID());
    const headers = { authorization: `Bearer ${ADMIN_KEY}`, ...(body !== undefined && { 'content-type': type }) };
    return document.fetch(server.app.url + filled, { method, body, headers });
  }
  /** The fields that the server finds fault with. */
  async function faults(operation: Operation, body: object): Promise<string[]> {
    const answer = await send(operation, JSON.stringify(body));
    const text = await answer.text();
    if (answer.status !== 400) return [];
    const { errors = [], code } = JSON.parse(text === '' ? '{}' : text) as Problem;
    return code === 'VALIDATION_FAILED' ? errors.map(({ path, message }) => `${path} ${message}`) : [];
  }

  it.each(named(WITH_BODY))('on fields and nulls: %s', async (_name, operation) => {
    const { names, nullable, isOpen } = document.bodyFields(operation.id)!;
    const nothing = await faults(operation, Object.fromEntries(names.map((name) => [name, null])));
    const refused = names.filter((name) => nothing.includes(`${name} must not be null`));
    if (!isOpen) expect(refused).toEqual(names.filter((name) => !nullable.includes(name)));
    const unknown = ['unknown', 'toString', 'valueOf', 'hasOwnProperty', '__defineGetter__'];
    const made = await faults(operation, Object.fromEntries(unknown.map((name) => [name, 1])));
    expect(made.filter((fault) => fault.endsWith('must not exist'))).toEqual(
      isOpen ? [] : unknown.map((name) => `${name} must not exist`),
    );
  });

  const ODD: [string, BodyInit, string?][] = [
    ['half of a body', '{"a":'],
    ['a list', '[]'],
    ['a list in each field', '[]', 'fields'],
    ['a patch', '{}', 'application/merge-patch+json'],
    ['a text', 'x', 'text/plain'],
  ];

  it.each(named(OPERATIONS.filter(({ method }) => method !== 'GET')))('on odd bodies: %s', async (_, operation) => {
    const { names } = document.bodyFields(operation.id) ?? { names: [] };
    for (const [, body, type] of ODD) {
      const sent = type === 'fields' ? JSON.stringify(Object.fromEntries(names.map((name) => [name, [[]]]))) : body;
      await send(operation, sent, type === 'fields' ? undefined : type);
    }
  });

  it.each(named(OPERATIONS))('on an odd address: %s', async (_name, { method, path }) => {
    for (const odd of ['%zz', '%00', 'x'.repeat(2000)]) {
      const filled = path.replace(/\{[^}]+\}/g, odd);
      const url = new URL(
        `${filled}${filled === path ? `?PageNumber=${odd.slice(0, 3)}&SearchFor=${odd}` : ''}`,
        server.app.url,
      );
      const answer = await fetch(url, { method, headers: { authorization: `Bearer ${ADMIN_KEY}` } });
      await document.check(method, path, answer);
    }
  });
});
