import { Agent } from 'undici';

const agent = new Agent({ connections: null, keepAliveTimeout: 30_000 });

/** Sends a chat completion to the provider by undici; the cheapest way there is in Node. */
export function askProvider(providerUrl, body) {
  const { origin, pathname } = new URL(providerUrl);
  return agent.request({
    origin,
    path: `${pathname}/chat/completions`,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer test' },
    body: JSON.stringify(body),
  });
}
