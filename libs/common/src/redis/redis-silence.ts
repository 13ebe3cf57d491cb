import type { Redis, RedisOptions } from 'ioredis';

const ASK_EVERY_MS = 300;

/** For every connection to Redis: one that says nothing for longer is closed, and opened again until Redis answers. */
export const ANSWERS_SOON = { connectTimeout: 1500, socketTimeout: 1000 } satisfies RedisOptions;

/**
 * Asks at short intervals, so that silence shows: without a question it cannot be told from having nothing to say. Together with
 * {@link ANSWERS_SOON} a Redis that accepts and says nothing is noticed within two seconds.
 */
export function noticeSilence(client: Redis): Redis {
  const timer = setInterval(() => {
    if (client.status === 'ready') client.ping().catch(() => undefined);
  }, ASK_EVERY_MS).unref();
  client.on('end', () => clearInterval(timer));
  return client;
}
