import { problemOfExtraBody } from './extra-body.js';

it.each([
  [{}],
  [{ service_tier: 'flex' }],
  [{ chat_template_kwargs: { enable_thinking: false } }],
  [{ provider: { order: ['a', 'b'], allow_fallbacks: false }, stop_token_ids: [1, 2] }],
  [{ thinking: { type: 'enabled', budget_tokens: 2048 } }],
])('takes %j', (body) => expect(problemOfExtraBody(body)).toBeNull());

it.each<[unknown, RegExp]>([
  ['text', /object/],
  [['a'], /object/],
  [null, /object/],
  [{ model: 'other' }, /field model/],
  [{ Messages: [] }, /field Messages/],
  [{ input: 'x' }, /field input/],
  [{ stream: false }, /field stream/],
  [{ tools: [] }, /field tools/],
  [{ store: true }, /field store/],
  [{ user: 'ada@example.org' }, /field user/],
  [JSON.parse('{"__proto__":{"a":1}}'), /names/],
  [{ 'a.b': 1 }, /names/],
  [{ '': 1 }, /names/],
  [{ text: 'x'.repeat(16 * 1024) }, /16384 bytes/],
  [Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`f${index}`, 1])), /50 fields/],
  [{ key: 'sk-proj-abcdefghijklmnop' }, /secrets/],
  [{ nested: [{ header: 'Bearer abcdefgh12345678' }] }, /secrets/],
])('refuses %j', (body, reason) => expect(problemOfExtraBody(body)).toMatch(reason));
