import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const asks = (transition) => (request) => request.transition === transition;

/** Places in the server's code: the methods that write what must not get lost, by what they do. */
export const PLACES = [
  { name: 'intake', module: 'baton/turns/turn-intake.repository', type: 'TurnIntakeRepository', method: 'acceptAll' },
  { name: 'chunk', module: 'baton/turns/turn-chunks.repository', type: 'TurnChunksRepository', method: 'appendChunks' },
  { name: 'end', module: 'baton/turns/turn-endings.repository', type: 'TurnEndingsRepository', method: 'endAll' },
  { name: 'renew', module: 'baton/turns/turn-leases.repository', type: 'TurnLeasesRepository', method: 'renewLeases' },
  { name: 'recover', module: 'baton/turns/turn-leases.repository', type: 'TurnLeasesRepository', method: 'recover' },
  {
    name: 'claim',
    module: 'baton/ownership/ownership.repository',
    type: 'OwnershipRepository',
    method: 'transition',
    when: asks('claim'),
  },
  {
    name: 'release',
    module: 'baton/ownership/ownership.repository',
    type: 'OwnershipRepository',
    method: 'transition',
    when: asks('release'),
  },
  {
    name: 'agent-message',
    module: 'baton/messages/agent-messages.repository',
    type: 'AgentMessagesRepository',
    method: 'writeMessage',
  },
  { name: 'chat', module: 'chats/chat/chats.repository', type: 'ChatsRepository', method: 'insertChat' },
  {
    name: 'known',
    module: 'idempotency/idempotency.repository',
    type: 'IdempotencyRepository',
    method: 'insertRunning',
  },
  {
    name: 'answered',
    module: 'idempotency/idempotency.repository',
    type: 'IdempotencyRepository',
    method: 'updateDone',
  },
];

/** `start`: nothing is written. `commit`: all is written and nothing is committed. `done`: it is, and no caller knows yet. */
const STAGES = ['start', 'commit', 'done'];
/** One statement each: there is no transaction around it. */
const WITHOUT_TRANSACTION = new Set(['renew', 'known', 'answered']);

export const FAILPOINTS = PLACES.flatMap(({ name }) =>
  STAGES.filter((stage) => stage !== 'commit' || !WITHOUT_TRANSACTION.has(name)).map((stage) => `${name}:${stage}`),
);

/** Passed a few times in a round, or once: messages that come together are one commit. */
const SELDOM = ['intake', 'end', 'renew', 'recover'];
export const passesOf = (name) => (SELDOM.includes(name.split(':')[0]) ? 1 : Math.ceil(Math.random() * 4));

/** Lets a server that was started with {@link serverOptions} die in a named place. */
export class Failpoints {
  #folder = mkdtempSync(join(tmpdir(), 'baton-failpoints-'));
  #file = join(this.#folder, 'armed');

  get serverOptions() {
    return {
      nodeArgs: ['--import', new URL('preload.mjs', import.meta.url).href],
      env: { FAILPOINT_FILE: this.#file },
    };
  }

  /** The server dies when it passes the place for the so many-th time from now on. */
  arm(name, passes) {
    writeFileSync(this.#file, `${name} ${passes} ${Math.random()}`);
  }

  disarm() {
    rmSync(this.#file, { force: true });
  }

  /** Whether the server has died within the time. */
  async hasStruck(server, withinMs) {
    await Promise.race([server.process.exited, delay(withinMs)]);
    return server.process.hasExited;
  }

  dispose() {
    rmSync(this.#folder, { recursive: true });
  }
}
