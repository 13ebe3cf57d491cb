import type { ChatServer } from '../../support/chat-server.js';
import type { Answer } from '../../support/http-client.js';

export type Body = Record<string, unknown>;
export const ID = expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown;

export async function createBot(server: ChatServer, changes: Body = {}): Promise<string> {
  const bot = { displayNameTv: { value: 'Bot', valueDe: 'Roboter' }, isActive: true, isPublic: true, ...changes };
  const { status, body } = await server.asAdmin('POST', '/api/admin/bots', bot);
  expect({ status, body }).toEqual({ status: 200, body: { botId: ID } });
  return String(body['botId']);
}

/** Success, with nothing to say. */
export function nothing({ status, body }: { status: number; body: unknown }): void {
  expect({ status, body }).toEqual({ status: 200, body: {} });
}

export function problem(answer: Answer<Body>, status: number, code: string): void {
  expect(answer.body).toMatchObject({ status, code });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
}
