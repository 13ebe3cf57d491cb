import { ANONYMOUS, AppError, type AppConfig } from '@app/common';
import type { AgentName } from '@app/contracts';
import { dialectOf, type MessageKind } from '@app/database';
import type { Scheduler } from 'fast-check';
import type { DataSource } from 'typeorm';
import { uuidv7 } from 'uuidv7';
import { ChatsRepository } from '../../apps/api/src/chats/chat/chats.repository.js';
import {
  OwnershipRepository,
  type TransitionRequest,
} from '../../apps/api/src/baton/ownership/ownership.repository.js';
import type { TurnMetrics } from '../../apps/api/src/baton/turns/running/turn.metrics.js';
import { ChunkLedger, LedgerChunksRepository } from './chunk-ledger.js';
import { Instance, type InstanceParts } from './instance.js';
import { AskedQuestion, type Question } from './model-question.js';
import { ModelReader } from './model-reader.js';
import { Activity, gateDataSource, ProcessGate } from './process-gate.js';
import type { ScriptedCall } from './scripted-provider.js';

export const AGENTS: readonly [AgentName, AgentName] = [
  { id: 1, name: 'Ada' },
  { id: 2, name: 'Ben' },
];
/** A customer message with this word asks for an agent. */
export const KEYWORD = 'person';
const FINISH_ROUNDS = 60;

/** Repositories that a run may break on purpose. */
export interface Fences {
  chunks: (dataSource: DataSource, gate: ProcessGate, ledger: ChunkLedger) => LedgerChunksRepository;
  ownership: (dataSource: DataSource, gate: ProcessGate) => OwnershipRepository;
}

export const REAL_FENCES: Fences = {
  chunks: (dataSource, gate, ledger) => new LedgerChunksRepository(dataSource, gate, ledger),
  ownership: (dataSource, gate) => new OwnershipRepository(gateDataSource(dataSource, gate)),
};

/** What all runs of a spec share. */
export interface Surroundings {
  dataSource: DataSource;
  config: AppConfig;
  metrics: TurnMetrics;
  botId: string;
  outside: InstanceParts['outside'];
  /** Moves the clock that commit windows and deadlines go by. */
  advanceTime(milliseconds: number): void;
  forgetTimers(): void;
}

/** The answer to a caller; null while there is none. */
type Outcome<Result> = Result | { code: string } | null;

/** How the customer asks. */
interface Asking {
  wantsStream: boolean;
  isRepeated: boolean;
  /** The words are those that the bot makes way at. */
  wantsPerson: boolean;
}

/** One attempt to pass the baton, and what its caller was told. */
export interface Attempt {
  pass: TransitionRequest;
  outcome: Outcome<{ epoch: number }>;
}

/** One message of an agent, and what its author was told. */
export interface Written {
  agent: AgentName;
  kind: MessageKind;
  text: string;
  outcome: Outcome<{ seq: number }>;
}

/** One chat, two instances, some readers: everything a run acts on. */
export class World {
  readonly ledger = new ChunkLedger();
  readonly instances: Instance[] = [];
  readonly readers: ModelReader[];
  readonly questions: AskedQuestion[] = [];
  readonly attempts: Attempt[] = [];
  readonly written: Written[] = [];
  readonly faults: string[] = [];
  private readonly activity = new Activity();
  private readonly everyInstance: Instance[] = [];
  private lastQuestion: Question | null = null;

  private constructor(
    readonly surroundings: Surroundings,
    readonly scheduler: Scheduler,
    private readonly fences: Fences,
    readonly chatId: string,
  ) {
    this.readers = [
      new ModelReader('the one who stays', 'everyone', chatId),
      new ModelReader('the agent', 'agents', chatId),
      new ModelReader('the customer', 'everyone', chatId),
    ];
  }

  static async create(surroundings: Surroundings, scheduler: Scheduler, fences: Fences): Promise<World> {
    const world = new World(surroundings, scheduler, fences, uuidv7());
    const { dataSource, botId } = surroundings;
    const chats = new ChatsRepository(dataSource, dataSource.getRepository('Chat'));
    await chats.insertChat({ id: world.chatId, userId: null, visitorId: null, botId, channel: 'api' });
    world.startInstance(0);
    world.startInstance(1);
    world.readers[0]!.connect(world.instances[0]!);
    await world.settle();
    return world;
  }

  get dataSource(): DataSource {
    return this.surroundings.dataSource;
  }

  /** Instances that answer, the asked one first. */
  alive(first: number): Instance[] {
    return [this.instances[first]!, this.instances[1 - first]!].filter(({ isDead, gate }) => !isDead && !gate.isFrozen);
  }

  openCalls(): ScriptedCall[] {
    return this.everyInstance.filter(({ isDead }) => !isDead).flatMap(({ provider }) => provider.openCalls);
  }

  /** All that was said in answer to a message, each time that its turn was begun; at first nothing is. */
  saidTo(input: string): string[] {
    return ['', ...this.everyInstance.flatMap(({ provider }) => provider.saidTo(input))];
  }

  startInstance(place: number): void {
    const { dataSource, config, metrics, outside } = this.surroundings;
    const gate = new ProcessGate(this.scheduler, this.activity, `instance ${this.everyInstance.length + 1}`);
    const chunks = this.fences.chunks(dataSource, gate, this.ledger);
    const ownership = this.fences.ownership(dataSource, gate);
    const instance = new Instance({ dataSource, config, metrics, outside, gate, chunks, ownership });
    this.instances[place] = instance;
    this.everyInstance.push(instance);
  }

  killInstance(place: number): void {
    const instance = this.instances[place]!;
    instance.kill();
    for (const reader of this.readers) if (reader.isConnectedTo(instance)) reader.disconnect();
  }

  ask(instance: Instance, { wantsStream, isRepeated, wantsPerson }: Asking): void {
    const text = `question ${this.questions.length}${wantsPerson ? ` to a ${KEYWORD}` : ''}`;
    const key = { requestKey: `${this.chatId}:${text}`, requestHash: text };
    const question: Question =
      isRepeated && this.lastQuestion ? { ...this.lastQuestion, wantsStream } : { text, wantsStream, idempotency: key };
    this.lastQuestion = question;
    this.questions.push(new AskedQuestion(question, instance, this.chatId));
  }

  pass(instance: Instance, pass: Omit<TransitionRequest, 'chatId'>): void {
    const attempt: Attempt = { pass: { chatId: this.chatId, ...pass }, outcome: null };
    this.attempts.push(attempt);
    const passed = instance.ownership.transition(attempt.pass).then((epoch) => (attempt.outcome = { epoch }));
    this.watch(passed, (code) => (attempt.outcome = { code }));
  }

  write(instance: Instance, agent: AgentName, kind: MessageKind, isRepeated: boolean): void {
    const last = this.written.at(-1);
    const isSame = isRepeated && last?.agent === agent && last.kind === kind;
    const text = isSame ? last.text : `${kind} ${this.written.length}`;
    const written: Written = { agent, kind, text, outcome: null };
    this.written.push(written);
    const message = { chatId: this.chatId, agent, kind, text, clientMessageId: text, expectedEpoch: null };
    const sent = instance.agentMessages.send(message).then(({ seq }) => (written.outcome = { seq }));
    this.watch(sent, (code) => (written.outcome = { code }));
  }

  stopTurn(instance: Instance): void {
    this.watch(instance.completions.stopCurrentTurn(ANONYMOUS, this.chatId));
  }

  sweep(instance: Instance): void {
    this.watch(instance.sweep());
  }

  poll(instance: Instance): void {
    this.watch(instance.poll());
  }

  /** The leases of turns that no living instance runs have run out. */
  async expireLeases(): Promise<void> {
    const running = this.alive(0).flatMap(({ live }) => live.turnIds());
    const others = running.length === 0 ? '' : `AND id NOT IN (${running.map(() => '?').join(', ')})`;
    await this.dataSource.query(
      `UPDATE turns SET lease_until = ${dialectOf(this.dataSource).nowPlus(-1000)}
       WHERE chat_id = ? AND status = 'running' ${others}`,
      [this.chatId, ...running],
    );
  }

  async epoch(): Promise<number> {
    const [chat] = await this.dataSource.query<{ epoch: number }[]>('SELECT epoch FROM chats WHERE id = ?', [
      this.chatId,
    ]);
    return chat!.epoch;
  }

  /** Lets so many things that wait happen, one after the other, in the scheduler's order. */
  async step(count: number): Promise<void> {
    await this.activity.untilCalm();
    for (let left = count; left > 0 && this.scheduler.count() > 0; left--) {
      await this.scheduler.waitNext(1);
      await this.activity.untilCalm();
    }
  }

  settle(): Promise<void> {
    return this.step(Number.POSITIVE_INFINITY);
  }

  /** Lets everything come to its end: answers are finished or run into their deadline, the dead are noticed, everybody reads on. */
  async finish(): Promise<void> {
    for (const instance of this.instances) instance.gate.thaw();
    if (this.alive(0).length === 0) this.startInstance(0);
    const [instance] = this.alive(0) as [Instance];
    for (const reader of this.readers) if (!reader.isConnected) reader.connect(instance);
    for (let round = 0; round < FINISH_ROUNDS; round++) {
      await this.settle();
      if (await this.isOver()) break;
      for (const call of this.openCalls()) if (round > 0 && call.number % 4 > 0) call.complete();
      this.surroundings.advanceTime(this.surroundings.config.turns[round < 4 ? 'commitWindowMs' : 'deadlineMs']);
      await this.settle();
      await this.expireLeases();
      this.sweep(instance);
      for (const each of this.alive(0)) this.poll(each);
    }
    for (const each of this.alive(0)) this.poll(each);
    await this.settle();
  }

  /** Leaves nothing behind for the next run. */
  async forget(): Promise<void> {
    for (const instance of this.everyInstance) instance.kill();
    for (const reader of this.readers) reader.disconnect();
    await this.dataSource.query('DELETE FROM chats WHERE id = ?', [this.chatId]);
    await this.dataSource.query('DELETE FROM usage_ledger');
    await this.dataSource.query('DELETE FROM audit_log');
    this.surroundings.forgetTimers();
  }

  private async isOver(): Promise<boolean> {
    const [turns] = await this.dataSource.query<{ open: number | string }[]>(
      `SELECT COUNT(*) AS open FROM turns WHERE chat_id = ? AND status IN ('queued', 'running')`,
      [this.chatId],
    );
    return Number(turns!.open) === 0 && this.openCalls().length === 0;
  }

  /** Being refused is an outcome; any other error is a fault. */
  private watch(work: Promise<unknown>, tellRefusal: (code: string) => void = () => undefined): void {
    work.catch((error: unknown) => {
      if (error instanceof AppError) tellRefusal(error.code);
      else this.faults.push(`an unexpected error: ${error instanceof Error ? error.stack : String(error)}`);
    });
  }
}
