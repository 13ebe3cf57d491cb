import * as fc from 'fast-check';
import { BIG_NAMES, makeBig, NUMBERS, VALUES } from './hostile.mjs';
import { TEXTS } from './texts.mjs';
import { Big, Reference, reference } from './values.mjs';

export const hostileText = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...TEXTS) },
  {
    weight: 2,
    arbitrary: fc.array(fc.nat({ max: 0x10ffff }), { maxLength: 12 }).map((points) => String.fromCodePoint(...points)),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
);

const hostileValue = fc.oneof(
  { weight: 8, arbitrary: hostileText },
  { weight: 4, arbitrary: fc.constantFrom(...NUMBERS) },
  { weight: 4, arbitrary: fc.constantFrom(...VALUES) },
  { weight: 2, arbitrary: fc.constantFrom(...BIG_NAMES).map((name) => new Big(name)) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom('chat', 'bot', 'service', 'user', 'price', 'prompt').chain(reference) },
);

const NAMES = [
  'x',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  '',
  'id',
  'userId',
  'createdAt',
  'ownerId',
  '\u0000',
  '😀',
  'botid',
  'BOTID',
  'then',
  'toJSON',
];

/** One change of a JSON value: where (the how-manieth place), and what becomes of it. */
const change = fc.oneof(
  { weight: 8, arbitrary: fc.record({ at: fc.nat({ max: 40 }), put: hostileValue }) },
  { weight: 2, arbitrary: fc.record({ at: fc.nat({ max: 40 }), remove: fc.constant(true) }) },
  { weight: 2, arbitrary: fc.record({ at: fc.nat({ max: 40 }), add: fc.constantFrom(...NAMES), put: hostileValue }) },
  { weight: 1, arbitrary: fc.record({ at: fc.nat({ max: 40 }), wrap: fc.constantFrom('list', 'object', 'text') }) },
  { weight: 1, arbitrary: fc.record({ at: fc.nat({ max: 40 }), repeat: fc.constantFrom(2, 17, 300) }) },
);
export const changes = fc.oneof(
  { weight: 5, arbitrary: fc.constant([]) },
  { weight: 5, arbitrary: fc.array(change, { minLength: 1, maxLength: 3 }) },
);

const isPlain = (value) =>
  typeof value === 'object' && value !== null && !(value instanceof Reference) && !(value instanceof Big);

/** Every place of a value: its owner and the key there. */
function placesOf(owner) {
  const places = [];
  const walk = (parent, key) => {
    places.push([parent, key]);
    const value = parent[key];
    if (isPlain(value)) for (const name of Object.keys(value)) walk(value, name);
  };
  walk(owner, 'body');
  return places;
}

const put = (parent, key, value) =>
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });

const WRAP = {
  list: (value) => [value],
  object: (value) => ({ value }),
  text: (value) => (isPlain(value) ? JSON.stringify(value) : String(value)),
};

/** @returns a copy of the value with the changes in it */
export function changed(value, list) {
  const owner = { body: clone(value) };
  for (const { at, ...what } of list) {
    const places = placesOf(owner);
    const [parent, key] = places[at % places.length];
    if (what.add !== undefined) {
      const target = [parent[key], parent].find((each) => isPlain(each) && !Array.isArray(each) && each !== owner);
      if (target !== undefined) put(target, what.add, what.put);
    } else if (what.remove === true) removeFrom(parent, key);
    else if (what.wrap !== undefined) put(parent, key, WRAP[what.wrap](parent[key]));
    else if (what.repeat !== undefined)
      put(
        parent,
        key,
        Array.from({ length: what.repeat }, () => clone(parent[key])),
      );
    else put(parent, key, what.put);
  }
  return owner.body;
}

function removeFrom(parent, key) {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
}

function clone(value) {
  if (!isPlain(value)) return value;
  if (Array.isArray(value)) return value.map(clone);
  const copy = {};
  for (const key of Object.keys(value)) put(copy, key, clone(value[key]));
  return copy;
}

/** @returns a copy in which references and big things have become what they stand for */
export function resolved(value, find) {
  if (value instanceof Big) return makeBig(value.name);
  if (value instanceof Reference) return find(value);
  if (!isPlain(value)) return value;
  if (Array.isArray(value)) return value.map((each) => resolved(each, find));
  const copy = {};
  for (const key of Object.keys(value)) put(copy, key, resolved(value[key], find));
  return copy;
}
