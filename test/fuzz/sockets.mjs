import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import * as fc from 'fast-check';
import { io } from 'socket.io-client';
import { changed, changes, resolved } from './changes.mjs';
import { Reference, Values } from './values.mjs';

const ROLES = ['agent', 'admin', 'user', 'visitor', 'anonymous'];
const NEWEST_CHAT = new Reference('chat', 0);
const CONNECTED_WITHIN_MS = 5000;
const ACKNOWLEDGED_WITHIN_MS = 10_000;

/** How a command is sent in another way than the document says. */
const ODD = {
  'no argument': () => [],
  'two arguments': (payload) => [payload, payload],
  bytes: () => [Buffer.from([0, 255, 1])],
  'a list': (payload) => [[payload]],
  text: (payload) => [JSON.stringify(payload)],
  nothing: () => [null],
};
const UNKNOWN = ['', 'x', 'constructor', '__proto__', 'toString', 'hasOwnProperty', 'newListener', 'ping'];

/** Generates commands of the takeover socket from an AsyncAPI document, and checks what answers them. */
export class Commands {
  #document;
  #ajv = new Ajv2020({ strict: false });

  constructor(document) {
    this.#document = document;
    addFormats(this.#ajv);
    this.#ajv.addSchema(document, 'asyncapi.json');
  }

  get arbitrary() {
    const values = new Values(this.#document.components.schemas);
    const { messages } = this.#document.channels.takeover;
    const named = Object.keys(messages).filter((name) => messages[`${name}Acknowledgement`] !== undefined);
    return fc.oneof(
      ...named.map((name) =>
        fc.record({
          command: fc.constant(name),
          role: fc.constantFrom('agent', 'agent', 'agent', ...ROLES),
          body: values.of(messages[name].payload),
          changes,
          odd: fc.oneof({ weight: 12, arbitrary: fc.constant(undefined) }, fc.constantFrom(...Object.keys(ODD))),
        }),
      ),
      fc.record({
        command: fc.constantFrom(...UNKNOWN),
        isUnknown: fc.constant(true),
        role: fc.constantFrom(...ROLES),
        body: fc.jsonValue({ maxDepth: 2 }),
        changes: fc.constant([]),
        odd: fc.constant(undefined),
      }),
    );
  }

  argumentsOf({ body, changes: list, odd }, find) {
    const payload = resolved(changed(body, list), find);
    return odd === undefined ? [payload] : ODD[odd](payload);
  }

  /** What is wrong with the acknowledgement, or null. */
  faultOf({ command, isUnknown }, answer) {
    if (answer === undefined) return null;
    if (answer.error !== undefined) return isUnknown ? null : { kind: 'no acknowledgement', text: answer.error };
    if (isUnknown) return null;
    const pointer = `asyncapi.json#/channels/takeover/messages/${command}Acknowledgement/payload`;
    const validate = this.#ajv.getSchema(pointer) ?? this.#ajv.compile({ $ref: pointer });
    if (!validate(answer.acknowledgement))
      return {
        kind: 'not as documented',
        text: `${this.#ajv.errorsText(validate.errors)} in ${JSON.stringify(answer.acknowledgement)}`,
      };
    const { problem } = answer.acknowledgement;
    return problem?.status >= 500 && problem.code !== 'BOTS_STOPPED'
      ? { kind: problem.code, text: JSON.stringify(problem) }
      : null;
  }
}

/** The sockets of one server, one for every role. */
export class Sockets {
  #open = new Map();

  constructor(url) {
    this.url = url;
  }

  /** @returns the acknowledgement; an error when there is none in time; undefined when the caller is not let in */
  async send({ command, role, args }, token, find) {
    const socket = await this.#connected(role, token, find);
    if (socket === null) return undefined;
    try {
      return { acknowledgement: await socket.timeout(ACKNOWLEDGED_WITHIN_MS).emitWithAck(command, ...args) };
    } catch (error) {
      // Too large a message closes the connection.
      return socket.connected ? { error: String(error) } : undefined;
    }
  }

  async #connected(role, token, find) {
    const known = this.#open.get(role);
    if (known?.connected === true) return known;
    known?.close();
    const auth = role === 'anonymous' ? { chatId: String(find(NEWEST_CHAT)) } : { token };
    const socket = io(`${this.url}/takeover`, { auth, forceNew: true, reconnection: false, transports: ['websocket'] });
    this.#open.set(role, socket);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), CONNECTED_WITHIN_MS);
      const end = (result) => (clearTimeout(timer), resolve(result));
      socket.once('connect', () => end(socket));
      socket.once('connect_error', () => end(null));
    });
  }

  close() {
    for (const socket of this.#open.values()) socket.close();
    this.#open.clear();
  }
}
