import { AppConfig } from '@app/common';
import { OpenAiProvider } from '@app/openai';
import { getRepositoryToken } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { AgentMessagesService } from '../../apps/api/src/baton/messages/agent-messages.service.js';
import { ChatHints } from '../../apps/api/src/baton/instances/chat-hints.js';
import { ChatStreamsService } from '../../apps/api/src/baton/readers/chat-streams.service.js';
import { CompletionsService } from '../../apps/api/src/chats/completions/completions.service.js';
import { OwnershipRepository } from '../../apps/api/src/baton/ownership/ownership.repository.js';
import { OwnershipService } from '../../apps/api/src/baton/ownership/ownership.service.js';
import { TurnChunksRepository } from '../../apps/api/src/baton/turns/turn-chunks.repository.js';
import { TurnSweeper } from '../../apps/api/src/baton/instances/turn-sweeper.js';
import { LiveTurns } from '../../apps/api/src/baton/turns/running/live-turns.js';
import { TurnMetrics } from '../../apps/api/src/baton/turns/running/turn.metrics.js';
import { gateDataSource, type ProcessGate } from './process-gate.js';
import { ScriptedProvider } from './scripted-provider.js';

type Class<Instance> = abstract new (...parameters: never[]) => Instance;
/** What a constructor asks for: a class, or the name of a repository. */
export type Token = Function | string;

/** What an instance is made of beside the real services of `baton` and `chats`. */
export interface InstanceParts {
  dataSource: DataSource;
  config: AppConfig;
  gate: ProcessGate;
  metrics: TurnMetrics;
  chunks: TurnChunksRepository;
  ownership: OwnershipRepository;
  /** Stand-ins for what they use of other features. */
  outside: ReadonlyMap<Token, unknown>;
}

/**
 * One server process: its own services, its own memory, the common database. The services are put together from what their
 * constructors ask for, because a Nest module takes longer to come up than a whole run may last.
 */
export class Instance {
  private readonly known: Map<Token, unknown>;
  readonly provider = new ScriptedProvider();
  readonly gate: ProcessGate;
  readonly completions: CompletionsService;
  readonly ownership: OwnershipService;
  readonly agentMessages: AgentMessagesService;
  readonly streams: ChatStreamsService;
  readonly live: LiveTurns;
  private readonly sweeper: TurnSweeper;
  private readonly hints: ChatHints;
  isDead = false;

  constructor(parts: InstanceParts) {
    this.gate = parts.gate;
    this.known = new Map<Token, unknown>([
      ...parts.outside,
      [DataSource, gateDataSource(parts.dataSource, parts.gate)],
      ...parts.dataSource.entityMetadatas.map(({ target }): [Token, unknown] => [
        getRepositoryToken(target as Class<object>),
        parts.dataSource.getRepository(target),
      ]),
      [AppConfig, parts.config],
      [OpenAiProvider, this.provider],
      [TurnMetrics, parts.metrics],
      [TurnChunksRepository, parts.chunks],
      [OwnershipRepository, parts.ownership],
    ]);
    this.completions = this.get(CompletionsService);
    this.ownership = this.get(OwnershipService);
    this.agentMessages = this.get(AgentMessagesService);
    this.streams = this.get(ChatStreamsService);
    this.live = this.get(LiveTurns);
    this.sweeper = this.get(TurnSweeper);
    this.hints = this.get(ChatHints);
  }

  /** What the instance does every few seconds: keeps its leases and looks for turns that no instance runs any more. */
  sweep(): Promise<void> {
    return this.sweeper.sweep();
  }

  /** What the instance does all the time: looks for turns that others have ended, and for what other instances have written. */
  async poll(): Promise<void> {
    await this.hints['checkOwnTurns']();
    await this.hints['poll']();
  }

  /** The process is gone: whatever was under way is never heard of again. */
  kill(): void {
    this.isDead = true;
    this.gate.kill();
  }

  private get<Service>(type: Class<Service>): Service {
    if (this.known.has(type)) return this.known.get(type) as Service;
    const types = (Reflect.getMetadata('design:paramtypes', type) ?? []) as Token[];
    const named = (Reflect.getMetadata('self:paramtypes', type) ?? []) as { index: number; param: Token }[];
    for (const { index, param } of named) types[index] = param;
    const parameters = types.map((token) => {
      if (typeof token === 'function') return this.get(token as Class<unknown>);
      if (!this.known.has(token)) throw new Error(`${type.name} needs ${token}, which the model does not have.`);
      return this.known.get(token);
    });
    const service = Reflect.construct(type as new (...parameters: unknown[]) => Service, parameters);
    this.known.set(type, service);
    return service;
  }
}
