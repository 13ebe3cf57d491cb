import { AppError, notFound, type Principal } from '@app/common';
import type { AgentName } from '@app/contracts';
import { Injectable } from '@nestjs/common';
import { OwnershipService } from '../../baton/index.js';
import { agentOf } from '../commands/agent.js';
import { AgentPresenceRepository, type StoredPresence } from './agent-presence.repository.js';
import { TakeoverSockets } from '../socket/takeover-sockets.js';
import type { AgentPresenceDto, AgentsDto, UpdatePresenceRequestDto } from '../commands/takeover.dto.js';

/** Longer than the pause between two heartbeats of an instance, by enough to miss two of them. */
const SEEN_MS = 60_000;
const DEFAULTS = { status: 'online', capacity: 5 } as const;

/** Who is there to take chats. What an agent may be handed by others is limited; what agents take by themselves is not. */
@Injectable()
export class AgentPresenceService {
  constructor(
    private readonly presences: AgentPresenceRepository,
    private readonly ownership: OwnershipService,
    private readonly sockets: TakeoverSockets,
  ) {}

  async listAgents(caller: Principal): Promise<AgentsDto> {
    agentOf(caller);
    const presences = await this.presences.findPresences();
    return { items: presences.filter(hasAgentRole).map(mapAgent) };
  }

  /** Also tells that the agent is there. What is not given stays as it is. */
  async updatePresence(caller: Principal, dto: UpdatePresenceRequestDto): Promise<AgentPresenceDto> {
    const { id: agentId } = agentOf(caller);
    const { status, capacity } = dto;
    const changes = { ...(status && { status }), ...(typeof capacity === 'number' && { capacity }) };
    await this.presences.savePresence(agentId, changes, DEFAULTS, SEEN_MS);
    this.sockets.notifyPresence(agentId);
    const [stored] = await this.presences.findPresences(agentId);
    return { status: stored?.status ?? DEFAULTS.status, capacity: stored?.capacity ?? DEFAULTS.capacity };
  }

  /** The agent to transfer a chat to. Throws unless the agent is online and has capacity. */
  async getRecipient(agentId: number | null): Promise<AgentName> {
    if (agentId === null)
      throw new AppError('VALIDATION_FAILED', {
        errors: [{ path: 'agentId', message: 'agentId must say which agent goes on' }],
      });
    const [agent] = await this.presences.findPresences(agentId);
    if (agent === undefined || !hasAgentRole(agent)) throw notFound('The agent');
    const { status, capacity, heldChats } = mapAgent(agent);
    if (status !== 'online') throw new AppError('CONFLICT', { detail: `${agent.name} is ${status}.` });
    if (heldChats >= capacity)
      throw new AppError('CONFLICT', { detail: `${agent.name} holds as many chats as they can.` });
    return { id: agent.userId, name: agent.name };
  }

  /** The agents are heard of: they stay present, and the chats that they hold stay theirs. */
  async keepAlive(agentIds: number[]): Promise<void> {
    await this.presences.markSeen(agentIds, SEEN_MS);
    const held = await this.presences.findClaimedChats(agentIds);
    for (const agentId of new Set(held.map((chat) => chat.agentId))) {
      const chatIds = held.filter((chat) => chat.agentId === agentId).map(({ chatId }) => chatId);
      await this.ownership.renewLeases(chatIds, agentId);
    }
  }
}

const hasAgentRole = ({ roles }: StoredPresence): boolean => roles.includes('agent') || roles.includes('admin');

const mapAgent = ({ userId, name, status, capacity, isSeen, heldChats }: StoredPresence) => ({
  id: userId,
  name,
  status: isSeen ? status : ('offline' as const),
  capacity,
  heldChats,
});
