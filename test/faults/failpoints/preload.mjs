/**
 * Loaded before the server: kills it in the place that `FAILPOINT_FILE` names. The methods of failpoints.mjs are wrapped from outside;
 * the server knows nothing of it.
 */
import 'reflect-metadata';
import { AsyncLocalStorage } from 'node:async_hooks';
import { readFileSync } from 'node:fs';
import { EntityManager } from 'typeorm';
import { PLACES } from './failpoints.mjs';

const SERVER = new URL('../../../dist/apps/api/src/', import.meta.url);
/** The place that is under way. */
const place = new AsyncLocalStorage();
let armed = '';
let left = 0;

for (const { name, module, type, method, when = () => true } of PLACES) {
  const { [type]: Type } = await import(new URL(`${module}.js`, SERVER));
  const original = Type.prototype[method];
  if (original === undefined) throw new Error(`There is no ${type}.${method}`);
  Type.prototype[method] = async function (...args) {
    if (!when(...args)) return original.apply(this, args);
    pass(`${name}:start`);
    const result = await place.run(name, () => original.apply(this, args));
    pass(`${name}:done`);
    return result;
  };
}

const { value: transaction } = Object.getOwnPropertyDescriptor(EntityManager.prototype, 'transaction');
EntityManager.prototype.transaction = function (...args) {
  const work = args.find((argument) => typeof argument === 'function');
  const committing = async (manager) => {
    const result = await work(manager);
    if (place.getStore() !== undefined) pass(`${place.getStore()}:commit`);
    return result;
  };
  return transaction.apply(
    this,
    args.map((argument) => (argument === work ? committing : argument)),
  );
};

function pass(name) {
  let text = '';
  try {
    text = readFileSync(process.env.FAILPOINT_FILE, 'utf8');
  } catch {
    return;
  }
  const [wanted, passes] = text.split(' ');
  if (text !== armed) [armed, left] = [text, Number(passes)];
  if (name === wanted && --left <= 0) process.kill(process.pid, 'SIGKILL');
}
