import { OWNERSHIP, type ChatEventEnvelope, type ChatOwner } from '@app/contracts';

type Envelope<Type extends ChatEventEnvelope['type']> = Extract<ChatEventEnvelope, { type: Type }>;

/** Reads a log from its beginning and tells everything in it that cannot be. */
export class LogReading {
  readonly faults: string[] = [];
  readonly passings: Envelope<'ownership.changed'>[] = [];
  /** By turn, what it answers and how it ended. */
  readonly inputs = new Map<string, string>();
  readonly finalTexts = new Map<string, string>();
  readonly endings = new Map<string, Envelope<'turn.ended'>['data']['status']>();
  owner: ChatOwner = 'bot';
  epoch = 1;
  runningTurnId: string | null = null;
  private speakingAgent: number | null = null;
  /** By turn, the calls of tools that have not come back, and the epoch they were made in. */
  private readonly openTools = new Map<string, Set<string>>();
  private readonly toolEpochs = new Map<string, number>();

  constructor(readonly events: readonly ChatEventEnvelope[]) {
    events.forEach((event, index) => {
      if (event.seq !== index + 1) this.fault(event, `stands in place ${index + 1}`);
      if (event.epoch < this.epoch) this.fault(event, `is of epoch ${event.epoch}, but ${this.epoch} had begun`);
      this.read(event);
      this.epoch = Math.max(this.epoch, event.epoch);
    });
  }

  private read(event: ChatEventEnvelope): void {
    switch (event.type) {
      case 'message.created':
        return this.readMessage(event);
      case 'turn.started':
        if (this.owner !== 'bot') this.fault(event, `began while the chat was with: ${this.owner}`);
        if (this.runningTurnId !== null) this.fault(event, 'began while another was running');
        this.runningTurnId = event.data.turnId;
        return;
      case 'message.completed':
        if (event.data.turnId !== this.runningTurnId) this.fault(event, 'is of a turn that was not running');
        if (this.owner !== 'bot') this.fault(event, `is the bot's, but the chat was with: ${this.owner}`);
        this.finalTexts.set(event.data.turnId, event.data.text);
        return;
      case 'turn.ended':
        return this.readEnd(event);
      case 'ownership.changed':
        return this.readPassing(event);
      case 'tool.called':
      case 'tool.returned':
        return this.readTool(event);
      case 'note.created':
      case 'whisper.created':
      case 'delivery.failed':
        return;
    }
  }

  private readMessage(event: Envelope<'message.created'>): void {
    const { author, turnId, text } = event.data;
    if (this.owner === 'closed') this.fault(event, 'came into a closed chat');
    if (author === 'customer' && (turnId === null) !== (this.owner !== 'bot'))
      this.fault(event, `${turnId === null ? 'has no turn' : 'has a turn'} in a chat that was with: ${this.owner}`);
    if (author === 'agent' && (this.owner !== 'human' || String(this.speakingAgent) !== event.actor.id))
      this.fault(event, `is by agent ${event.actor.id}, but agent ${this.speakingAgent} had claimed the chat`);
    if (turnId !== null) this.inputs.set(turnId, text);
  }

  /** A turn that has called a tool is not restarted, because the effect of the tool is unknown. */
  private readTool(event: Envelope<'tool.called' | 'tool.returned'>): void {
    const { turnId, callId } = event.data;
    if (turnId !== this.runningTurnId) this.fault(event, 'is of a turn that was not running');
    if (this.owner !== 'bot') this.fault(event, `is the bot's, but the chat was with: ${this.owner}`);
    const calls = this.openTools.get(turnId) ?? new Set();
    const epoch = this.toolEpochs.get(turnId) ?? event.epoch;
    if (epoch !== event.epoch) this.fault(event, `is of a turn that called its tools in epoch ${epoch}`);
    this.toolEpochs.set(turnId, epoch);
    this.openTools.set(turnId, calls);
    if (event.type === 'tool.called') calls.add(callId);
    else if (!calls.delete(callId)) this.fault(event, 'was not called');
  }

  private readEnd(event: Envelope<'turn.ended'>): void {
    const { turnId, status } = event.data;
    if (this.endings.has(turnId)) this.fault(event, 'is a second end');
    if (!this.inputs.has(turnId)) this.fault(event, 'is of a turn without a customer message');
    if ((status === 'superseded') === (this.runningTurnId === turnId)) this.fault(event, `cannot end ${status}`);
    if (this.runningTurnId === turnId) this.runningTurnId = null;
    if (status === 'completed' && (this.openTools.get(turnId)?.size ?? 0) > 0)
      this.fault(event, 'completed before its tools have answered');
    if (status === 'completed' && (this.toolEpochs.get(turnId) ?? event.epoch) !== event.epoch)
      this.fault(event, 'completed a turn that was restarted although it had called tools');
    this.endings.set(turnId, status);
  }

  private readPassing(event: Envelope<'ownership.changed'>): void {
    const { from, to, reason, agent } = event.data;
    if (event.epoch <= this.epoch) this.fault(event, `did not raise the epoch ${this.epoch}`);
    if (from !== this.owner) this.fault(event, `passed on from ${from}, but the chat was with: ${this.owner}`);
    if (!isTransition(from, to, reason)) this.fault(event, `cannot pass from ${from} to ${to} for ${reason}`);
    if ((to === 'human') !== (agent !== null)) this.fault(event, 'is about a person and names none, or the other way');
    if (this.runningTurnId !== null) this.fault(event, 'passed over a turn that was running');
    this.owner = to;
    this.speakingAgent = agent?.id ?? null;
    this.passings.push(event);
  }

  private fault(event: ChatEventEnvelope, text: string): void {
    this.faults.push(`event ${event.seq} (${event.type}) ${text}`);
  }
}

const isTransition = (from: ChatOwner, to: ChatOwner, reason: string): boolean =>
  Object.values(OWNERSHIP).some(
    (transition) =>
      (transition.from as readonly string[]).includes(from) &&
      transition.to === to &&
      (transition.reasons as readonly string[]).includes(reason),
  );
