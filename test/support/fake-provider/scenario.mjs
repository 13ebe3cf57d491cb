/** What the fake answers to one message: the scenario, the text it stands for, and the usage it reports. */

const WORDS = [
  'baton', 'chat', 'Grüße', 'straße', 'stream', 'answer', 'agent', '你好', 'こんにちは', 'naïve', 'crème', 'Ωmega', 'привет', 'handover',
  '🙂', '👩‍💻', '🇩🇪', '🚀', 'queue', 'café', 'token', 'model', 'µ', '"quoted"', 'back\\slash', 'line\nbreak', 'tab\there', '€',
]; // prettier-ignore

const FAULTS = [
  'status', 'quota', 'modelNotFound', 'hang', 'stall', 'reset', 'half', 'malformed', 'html', 'error', 'empty', 'redirect',
  'noEnd', 'badUtf8', 'huge', 'finish', 'refusal',
]; // prettier-ignore
const WITH_FREE_TEXT = /^(text|tool)=/;

/** Reads the directives, for example `[[tokens=200 delay=20]]`, out of a message. */
export function parseDirectives(message) {
  const scenario = {};
  let from = message.indexOf('[[');
  while (from !== -1) {
    const to = message.indexOf(']]', from);
    if (to === -1) break;
    readDirective(message.slice(from + 2, to).trim(), scenario);
    from = message.indexOf('[[', to);
  }
  return scenario;
}

function readDirective(source, scenario) {
  if (WITH_FREE_TEXT.test(source)) {
    const value = source.slice(5);
    if (source.startsWith('text=')) scenario.text = value;
    else scenario.tool = readTool(value);
    return;
  }
  for (const part of source.split(/\s+/)) {
    const equals = part.indexOf('=');
    if (equals === -1) scenario[part] = true;
    else scenario[part.slice(0, equals)] = readValue(part.slice(equals + 1));
  }
}

const readValue = (value) => (value !== '' && Number.isFinite(Number(value)) ? Number(value) : value);

function readTool(value) {
  const space = value.indexOf(' ');
  return space === -1
    ? { name: value, arguments: '{}' }
    : { name: value.slice(0, space), arguments: value.slice(space + 1).trim() };
}

/** The scenario without its faults: what a message with `fail=n` gets once its failures are used up. */
export function withoutFaults(scenario) {
  const healthy = { ...scenario };
  for (const fault of FAULTS) delete healthy[fault];
  return healthy;
}

/** 32-bit FNV-1a: the same message always gives the same seed. */
function seedOf(message) {
  let hash = 0x811c9dc5;
  for (let index = 0; index < message.length; index++) {
    hash = Math.imul(hash ^ message.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** The pieces the answer is streamed in. */
export function tokensOf(message, scenario) {
  if (scenario.big)
    return Array.from({ length: Math.ceil(scenario.big / 16_384) }, () => '0123456789abcdef'.repeat(1024));
  if (scenario.text !== undefined) return piecesOf(scenario.text, scenario.tokens);
  let state = seedOf(message);
  const count = scenario.tokens ?? 12 + (state % 20);
  const tokens = [];
  for (let index = 0; index < count; index++) {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + index + 1) >>> 0;
    const word = WORDS[(state >>> 16) % WORDS.length];
    tokens.push(index === 0 ? word : ` ${word}`);
  }
  return tokens;
}

function piecesOf(text, count) {
  const characters = Array.from(text);
  const size = Math.max(1, Math.ceil(characters.length / (count ?? Math.ceil(characters.length / 4))));
  const pieces = [];
  for (let index = 0; index < characters.length; index += size)
    pieces.push(characters.slice(index, index + size).join(''));
  return pieces;
}

/** The whole text of the answer to a message, byte for byte. Directives in the message count. */
export const expectedText = (message, scenario = {}) =>
  tokensOf(message, { ...scenario, ...parseDirectives(message) }).join('');

/** What the fake reports as usage: a quarter of the input's characters, one token per streamed piece. */
export function usageOf(inputCharacters, outputTokens, scenario) {
  return {
    inputTokens: Math.ceil(inputCharacters / 4),
    cachedTokens: scenario.cached ?? 0,
    outputTokens: outputTokens + (scenario.reasoning ?? 0),
    reasoningTokens: scenario.reasoning ?? 0,
  };
}
