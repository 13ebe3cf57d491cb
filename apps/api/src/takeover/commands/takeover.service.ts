import { AppError, hasCode, isAdmin, isAgent, type Principal } from '@app/common';
import type { Actor, AgentName, AgentText, ChatState, SentMessage } from '@app/contracts';
import { Injectable } from '@nestjs/common';
import { AgentMessagesService, OwnershipService } from '../../baton/index.js';
import { ChatsService, type StoredChat } from '../../chats/index.js';
import { agentActor, agentOf, customerActor, isWithPeople } from './agent.js';
import { AgentPresenceService } from '../presence/agent-presence.service.js';
import { ChatClaimsService } from './chat-claims.service.js';
import { ChatStatesService, type ChatDetails } from './chat-states.service.js';
import { QueueWatcher } from '../queue/queue-watcher.js';
import { TakeoverSockets } from '../socket/takeover-sockets.js';
import type { ReleaseChatRequestDto } from './takeover.dto.js';

interface Expectation {
  expectedEpoch?: number | null;
}

/** Why a chat ends on the customer's side. */
export type CustomersEndReason = 'customer_end' | 'inactive_chat' | 'window_closed';

type AgentWords = Omit<AgentText, 'chatId'>;

/** How a person takes part in a chat. */
interface Part {
  chat: StoredChat;
  actor: Actor;
  /** Null for customers. */
  agent: AgentName | null;
}

const TRANSITIONS = { bot: 'release', queue: 'requeue', agent: 'transfer' } as const;

/** Every command of agents and customers, for the socket and for plain requests alike. */
@Injectable()
export class TakeoverService {
  constructor(
    private readonly chats: ChatsService,
    private readonly ownership: OwnershipService,
    private readonly messages: AgentMessagesService,
    private readonly claims: ChatClaimsService,
    private readonly states: ChatStatesService,
    private readonly presence: AgentPresenceService,
    private readonly queue: QueueWatcher,
    private readonly sockets: TakeoverSockets,
  ) {}

  /** Whether the caller may read the chat, and with whose eyes. */
  async getAudience(caller: Principal, chatId: string): Promise<'everyone' | 'agents'> {
    return (await this.takePart(caller, chatId)).agent === null && !isAgent(caller) ? 'everyone' : 'agents';
  }

  async getChatState(caller: Principal, chatId: string): Promise<ChatState> {
    await this.takePart(caller, chatId);
    return this.states.getState(chatId);
  }

  async getChatDetails(caller: Principal, chatId: string): Promise<ChatDetails> {
    agentOf(caller);
    return this.states.getDetails(caller, chatId);
  }

  /** The customer wants a person. Asking again changes nothing, nor does asking when one is there. */
  async requestPerson(caller: Principal, chatId: string, { expectedEpoch }: Expectation): Promise<ChatState> {
    const { chat, actor } = await this.takePartAsCustomer(caller, chatId);
    if (!isWithPeople(chat.owner)) await this.claims.request(chatId, actor, expectedEpoch ?? null);
    return this.changed(chatId);
  }

  /** The customer does not want to wait any longer. */
  async cancelRequest(caller: Principal, chatId: string, { expectedEpoch }: Expectation): Promise<ChatState> {
    const { chat, actor } = await this.takePartAsCustomer(caller, chatId);
    if (chat.owner === 'closed') throw new AppError('CHAT_CLOSED');
    if (chat.owner !== 'requested') throw new AppError('CONFLICT', { detail: 'The chat does not wait for a person.' });
    await this.claims.transition({
      chatId,
      transition: 'release',
      reason: 'customer_request',
      actor,
      expectedEpoch: expectedEpoch ?? chat.epoch,
    });
    return this.changed(chatId);
  }

  /**
   * Of two agents who claim at once one wins; the other is told who. Claiming what one holds renews the lease. Without a lease, for
   * agents who cannot say that they are still there, the chat is held until it is given away or closed.
   */
  async claimChat(
    caller: Principal,
    chatId: string,
    { expectedEpoch }: Expectation,
    isLeased = true,
  ): Promise<ChatState> {
    const agent = agentOf(caller);
    const chat = await this.chats.getAnyChat(chatId);
    if (isClaimedBy(chat, agent)) await this.ownership.renewLease(chatId, agent.id);
    else await this.claims.claim(chat, agent, expectedEpoch ?? null, isLeased);
    return this.changed(chatId);
  }

  /** Gives the chat to the bot, back into the queue, or to a colleague who is there. Administrators may do so for every agent. */
  async releaseChat(caller: Principal, chatId: string, dto: ReleaseChatRequestDto): Promise<ChatState> {
    const agent = agentOf(caller);
    const chat = await this.chats.getAnyChat(chatId);
    const reason = await this.reasonOf(caller, agent, chat);
    await this.claims.transition({
      chatId,
      transition: TRANSITIONS[dto.to],
      reason,
      actor: agentActor(agent),
      agent: dto.to === 'agent' ? await this.presence.getRecipient(dto.agentId ?? null) : null,
      onlyIfClaimedBy: reason === 'supervisor' ? null : agent.id,
      expectedEpoch: dto.expectedEpoch ?? chat.epoch,
    });
    return this.changed(chatId);
  }

  /** Speaks to the customer. An agent who writes without having claimed takes the chat over. */
  async sendMessage(caller: Principal, chatId: string, dto: AgentWords): Promise<SentMessage> {
    const agent = agentOf(caller);
    try {
      return await this.write(agent, chatId, 'message', dto);
    } catch (error) {
      const epoch = hasCode(error, 'OUTDATED_CHAT') ? await this.ownTakeoverOf(agent, chatId, dto) : null;
      if (epoch !== null) return this.write(agent, chatId, 'message', { ...dto, expectedEpoch: epoch });
      if (!hasCode(error, 'CHAT_NOT_HELD')) throw await this.states.nameAgent(error, chatId);
    }
    const expectedEpoch = await this.claims.claim(
      await this.chats.getAnyChat(chatId),
      agent,
      dto.expectedEpoch ?? null,
    );
    await this.queue.refresh();
    return this.write(agent, chatId, 'message', { ...dto, expectedEpoch });
  }

  /** For colleagues only. */
  addNote(caller: Principal, chatId: string, dto: AgentWords): Promise<SentMessage> {
    return this.write(agentOf(caller), chatId, 'note', dto);
  }

  /** For the bot's next answer; never shown to the customer. */
  addWhisper(caller: Principal, chatId: string, dto: AgentWords): Promise<SentMessage> {
    return this.write(agentOf(caller), chatId, 'whisper', dto);
  }

  /** The customer sees the chat's agent type; other agents are seen by their colleagues. */
  async setTyping(caller: Principal, chatId: string, isTyping: boolean): Promise<void> {
    const { chat, actor, agent } = await this.takePart(caller, chatId);
    const isClaimer = agent !== null && isClaimedBy(chat, agent);
    if (isClaimer) await this.ownership.renewLease(chatId, agent.id);
    this.sockets.notifyTyping(chat, agent === null || isClaimer ? 'everyone' : 'agents', { actor, isTyping });
  }

  async endChat(
    caller: Principal,
    chatId: string,
    { expectedEpoch }: Expectation,
    customersReason: CustomersEndReason = 'customer_end',
  ): Promise<ChatState> {
    const { chat, actor, agent } = await this.takePart(caller, chatId);
    const reason = agent === null ? customersReason : await this.reasonOf(caller, agent, chat);
    await this.claims.transition({
      chatId,
      transition: 'end',
      reason,
      actor,
      onlyIfClaimedBy: reason === 'agent_release' ? agent!.id : null,
      expectedEpoch: expectedEpoch ?? (agent === null ? null : chat.epoch),
    });
    return this.changed(chatId);
  }

  async reopenChat(caller: Principal, chatId: string, { expectedEpoch }: Expectation): Promise<ChatState> {
    const { actor, agent } = await this.takePart(caller, chatId);
    const reason = agent === null ? 'customer_request' : isAdmin(caller) ? 'supervisor' : 'agent_release';
    await this.claims.transition({ chatId, transition: 'reopen', reason, actor, expectedEpoch: expectedEpoch ?? null });
    return this.changed(chatId);
  }

  private async write(
    agent: AgentName,
    chatId: string,
    kind: 'message' | 'note' | 'whisper',
    { text, clientMessageId, expectedEpoch }: AgentWords,
  ): Promise<SentMessage> {
    const sent = await this.messages.send({
      chatId,
      agent,
      kind,
      text,
      clientMessageId: clientMessageId ?? null,
      expectedEpoch: expectedEpoch ?? null,
    });
    await this.ownership.renewLease(chatId, agent.id);
    return sent;
  }

  /** The epoch that this very message, sent at the same time over another connection, may have begun by taking the chat over. */
  private async ownTakeoverOf(agent: AgentName, chatId: string, dto: AgentWords): Promise<number | null> {
    if (dto.clientMessageId == null || dto.expectedEpoch == null) return null;
    const chat = await this.chats.getAnyChat(chatId);
    return isClaimedBy(chat, agent) && chat.epoch === dto.expectedEpoch + 1 ? chat.epoch : null;
  }

  private async changed(chatId: string): Promise<ChatState> {
    await this.queue.refresh();
    return this.states.getState(chatId);
  }

  /** Agents act for themselves, administrators for every agent. */
  private async reasonOf(
    caller: Principal,
    agent: AgentName,
    chat: StoredChat,
  ): Promise<'agent_release' | 'supervisor'> {
    if (isClaimedBy(chat, agent)) return 'agent_release';
    if (isAdmin(caller)) return 'supervisor';
    if (chat.owner === 'closed') throw new AppError('CHAT_CLOSED');
    throw await this.states.nameAgent(new AppError(chat.owner === 'human' ? 'CHAT_HELD' : 'CHAT_NOT_HELD'), chat.id);
  }

  private async takePartAsCustomer(caller: Principal, chatId: string): Promise<Part> {
    return { chat: await this.chats.getCustomerChat(caller, chatId), actor: customerActor(caller), agent: null };
  }

  /** Agents take part in every chat as agents, except in their own, where they are customers unless they hold it. */
  private async takePart(caller: Principal, chatId: string): Promise<Part> {
    if (!isAgent(caller)) return this.takePartAsCustomer(caller, chatId);
    const agent = agentOf(caller);
    const chat = await this.chats.getAnyChat(chatId);
    const isCustomer = chat.userId === agent.id && !isClaimedBy(chat, agent);
    return isCustomer ? { chat, actor: customerActor(caller), agent: null } : { chat, actor: agentActor(agent), agent };
  }
}

const isClaimedBy = (chat: StoredChat, agent: AgentName): boolean =>
  chat.owner === 'human' && chat.agentId === agent.id;
