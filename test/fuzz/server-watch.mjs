// Loaded into the server that is tried (`--import`): says when its event loop was held, and lets it reach this machine only.
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { isIP } from 'node:net';

const HELD_MS = 50;
const TICK_MS = 10;
const MEGABYTE = 1_000_000;

// In time of this thread on a processor, so that other programs of the machine do not count.
const now = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};
let last = now();
setInterval(() => {
  const at = now();
  if (at - last > HELD_MS) process.send?.({ held: at - last, at: Date.now() });
  last = now();
}, TICK_MS).unref();

process.on('message', (question) => {
  if (question !== 'memory') return;
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  process.send({ memory: { heap: (heapUsed + external) / MEGABYTE, rss: rss / MEGABYTE } });
  last = now();
});
process.channel?.unref();

const nowhere = (name) =>
  Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND', hostname: name });
const isHere = (name) => name === 'localhost' || isIP(name) !== 0;
const { lookup, promises } = dns;
const lookupPromise = promises.lookup;
dns.lookup = (name, ...rest) => (isHere(name) ? lookup(name, ...rest) : process.nextTick(rest.at(-1), nowhere(name)));
promises.lookup = (name, options) => (isHere(name) ? lookupPromise(name, options) : Promise.reject(nowhere(name)));
syncBuiltinESMExports();
