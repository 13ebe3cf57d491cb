import * as fc from 'fast-check';
import { setTimeout as pause } from 'node:timers/promises';
import { Checks, differenceOf } from './checks.mjs';
import { Instance } from './instance.mjs';
import { Pool } from './pool.mjs';
import { curlOf, Requests, wireOf } from './requests.mjs';
import { Commands } from './sockets.mjs';
import { Stalls } from './stalls.mjs';

const BLOCK = 250;
const SHRINKS = 60;

/** What an answer comes to, in a word. */
const outcomeOf = (answer) =>
  answer?.status ?? answer?.acknowledgement?.problem?.code ?? answer?.acknowledgement?.ok ?? 'none';

/** Makes fast-check look for the smallest request that has the fault. */
class FaultFound extends Error {}

/** A run: servers, what exists on them, and the faults that were found. */
export class Campaign {
  #faults = new Map();
  #statuses = new Map();
  #shrinking = null;
  #sent = 0;

  constructor({ document, file, socketDocument, dbs, saveBody, verbose }) {
    this.requests = new Requests(document);
    this.commands = new Commands(socketDocument);
    this.checks = new Checks(file);
    this.instances = dbs.map((db) => new Instance(db));
    this.pool = new Pool(this.instances);
    this.stalls = new Stalls(
      this.instances,
      (wire) => this.#nameOf(wire),
      (side, wire) => this.#sendTo(side, wire),
    );
    this.saveBody = saveBody;
    this.verbose = verbose;
  }

  async start() {
    await Promise.all(this.instances.map((instance) => instance.start()));
    this.startedAt = Date.now();
  }

  async run(count, seed) {
    const either = fc.oneof(
      { weight: 12, arbitrary: this.requests.arbitrary },
      { weight: 1, arbitrary: this.commands.arbitrary },
    );
    const property = fc.asyncProperty(either, (request) => this.#try(request));
    for (let done = 0, block = 0; done < count; block++) {
      if (block % 2 === 0) await this.#keepHouse();
      const before = this.#sent;
      this.#shrinking = null;
      const { errorInstance } = await fc.check(property, {
        seed: seed + block,
        numRuns: Math.min(BLOCK, count - done),
        maxSkipsPerRun: 0,
        endOnFailure: false,
      });
      if (errorInstance !== null && !(errorInstance instanceof FaultFound)) throw errorInstance;
      this.#shrinking = null;
      done += Math.max(1, this.#sent - before);
      if (block === 3) await this.#look('start');
      if (block % 8 === 7) this.#tell(done);
    }
  }

  #tell(done) {
    const seconds = (Date.now() - this.startedAt) / 1000;
    console.log(`${done} requests in ${seconds.toFixed(0)} s, ${this.#faults.size} kinds of faults`);
  }

  async #look(name) {
    for (const instance of this.instances) {
      instance.closeConnections();
      await pause(300);
      instance[name] = { descriptors: instance.descriptors, memory: await instance.memory() };
    }
  }

  /** One request, to every server; throws for a fault of a new kind, which lets fast-check look for the smallest request that has it. */
  async #try(request) {
    if (this.#shrinking !== null && this.#shrinking.left-- <= 0) return;
    const wires = this.instances.map((_, side) => this.#wireOf(request, side));
    const answers = await this.#send(wires);
    const found = await this.#faultsOf(wires, answers);
    this.pool.harvest(answers);
    if (this.#shrinking === null) {
      this.#sent++;
      const name = this.#nameOf(wires[0]);
      const seen = this.#statuses.get(name) ?? new Map();
      const outcome = outcomeOf(answers[0]);
      this.#statuses.set(name, seen.set(outcome, (seen.get(outcome) ?? 0) + 1));
    }
    for (const fault of found) {
      if (this.#shrinking !== null) {
        if (fault.signature !== this.#shrinking.signature) continue;
        this.#faults.get(fault.signature).smallest = fault;
        throw new FaultFound(fault.signature);
      }
      const known = this.#faults.get(fault.signature);
      if (known !== undefined) {
        known.count++;
        continue;
      }
      this.#faults.set(fault.signature, { count: 1, smallest: fault, at: this.#sent });
      console.log(`FOUND ${fault.signature}\n  ${fault.text}`);
      this.#shrinking = { signature: fault.signature, left: SHRINKS };
      throw new FaultFound(fault.signature);
    }
  }

  #wireOf(request, side) {
    const instance = this.instances[side];
    const find = (reference) => this.pool.find(reference, side);
    if (request.command === undefined) return wireOf(request, find, (role) => instance.tokenOf(role));
    return { ...request, args: this.commands.argumentsOf(request, find) };
  }

  #nameOf(wire) {
    return wire.command === undefined
      ? this.checks.nameOf(wire)
      : `socket ${wire.isUnknown ? 'unknown' : wire.command}`;
  }

  #sendTo(side, wire) {
    const instance = this.instances[side];
    if (wire.command === undefined) return instance.send(wire);
    return instance.sockets.send(wire, instance.tokenOf(wire.role), (reference) => this.pool.find(reference, side));
  }

  async #send(wires) {
    const from = Date.now();
    const answers = await Promise.all(wires.map((wire, side) => this.#sendTo(side, wire)));
    const to = Date.now();
    if (this.#shrinking === null) this.stalls.note({ wires, from, to });
    return answers;
  }

  async #faultsOf(wires, answers) {
    const found = [];
    for (const [side, wire] of wires.entries()) {
      const instance = this.instances[side];
      const fault =
        wire.command === undefined
          ? await this.checks.faultOf(wire, answers[side], instance)
          : this.commands.faultOf(wire, answers[side]);
      if (fault !== null) found.push(this.#describe(fault, wire, side));
      if (instance.server.process.hasExited)
        throw new Error(`The server has ended:\n${instance.server.process.output.slice(-3000)}`);
    }
    if (wires.length === 2) {
      const difference = differenceOf(this.#nameOf(wires[0]), answers, (ids) => this.pool.areAlike(ids));
      if (difference !== null)
        found.push(
          this.#describe(
            {
              ...difference,
              kind: `engines differ: ${difference.kind === 'status' ? difference.text : difference.text.replace(/\.\d+/g, '').split(':', 1)}`,
            },
            wires[1],
            1,
          ),
        );
    }
    return found;
  }

  #describe({ kind, text }, wire, side) {
    const instance = this.instances[side];
    return {
      signature: `${this.#nameOf(wire)}: ${kind}`,
      text,
      db: instance.db,
      wire,
      url: instance.server.url,
    };
  }

  /** Takes back what would make every later request fail the same way. */
  async #keepHouse() {
    await Promise.all(
      this.instances.map(async (instance) => {
        await instance.call('PUT', '/api/admin/bots/stop/false');
        const { json: budgets } = await instance.call('GET', '/api/admin/budgets');
        for (const { budgetId } of budgets?.items ?? budgets?.budgets ?? [])
          await instance.call('DELETE', `/api/admin/budgets/${budgetId}`);
        await instance.admit();
      }),
    );
    const services = await Promise.all(
      this.instances.map((instance) =>
        instance.call('POST', '/api/admin/openAiServices', {
          displayName: 'Fuzz',
          isActive: true,
          modelName: 'fake-large',
          azureOpenAiEndpoint: instance.fake.baseUrl,
          dialect: 'chat_completions',
        }),
      ),
    );
    this.pool.harvest(services);
    const ids = services.map(({ json }) => json.openAiServiceId);
    const bots = await Promise.all(
      this.instances.map((instance, side) =>
        instance.call('POST', '/api/admin/bots', {
          code: `house-${this.#sent}-${this.#faults.size}`,
          displayNameTv: { value: 'House' },
          isPublic: true,
          isActive: true,
          openAiServiceId: ids[side],
          userLogins: '',
          adminLogins: 'user',
        }),
      ),
    );
    this.pool.harvest(bots);
    await Promise.all(
      bots.map(({ json }, side) => this.instances[side].call('PUT', `/api/admin/bots/${json?.botId}/openBot`)),
    );
  }

  /** @returns what was broken, in words */
  async finish() {
    await this.#look('end');
    const faults = [];
    for (const [signature, { count, smallest }] of this.#faults) {
      const command = this.#commandOf(smallest.url, smallest.wire);
      faults.push(
        `${signature} (${count} times, ${smallest.db})\n  ${smallest.text.replaceAll('\n', '\n  ')}\n  ${command}`,
      );
    }
    for (const { name, ms, firstMs, side, wire } of await this.stalls.confirmed())
      faults.push(
        `${name}: holds the event loop for ${ms.toFixed(0)} ms (first ${firstMs.toFixed(0)} ms)\n  ${this.#commandOf(this.instances[side].server.url, wire)}`,
      );
    for (const instance of this.instances) {
      const { start, end } = instance;
      for (const secret of instance.leaks) faults.push(`${instance.db}: the log shows ${secret}`);
      if (start !== undefined) {
        console.log(
          `${instance.db}: descriptors ${start.descriptors} and ${end.descriptors}, memory in use ${start.memory.heap.toFixed(0)} and ${end.memory.heap.toFixed(0)} MB`,
        );
        if (end.descriptors > start.descriptors + 20)
          faults.push(`${instance.db}: ${start.descriptors} descriptors have become ${end.descriptors}`);
        if (end.memory.heap > start.memory.heap * 1.1 + 30)
          faults.push(`${instance.db}: ${start.memory.heap} MB have become ${end.memory.heap}`);
      }
    }
    const seconds = (Date.now() - this.startedAt) / 1000;
    console.log(
      `${this.#sent} requests to ${this.instances.map(({ db }) => db).join(' and ')} in ${seconds.toFixed(0)} s, ${this.stalls.count} suspects of holding the loop`,
    );
    if (this.verbose)
      for (const [name, seen] of [...this.#statuses].toSorted()) console.log(name, Object.fromEntries(seen));
    return faults;
  }

  #commandOf(url, wire) {
    if (wire.command === undefined) return curlOf(url, wire, this.saveBody);
    const args = [wire.command, ...wire.args].map((each) => JSON.stringify(each)?.slice(0, 3000));
    return `as ${wire.role}: socket.emit(${args.join(', ')})`;
  }

  async stop() {
    await Promise.all(this.instances.map((instance) => instance.stop()));
  }
}
