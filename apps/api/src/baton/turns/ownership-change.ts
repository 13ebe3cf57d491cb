import {
  OWNERSHIP,
  type Actor,
  type AgentName,
  type ChatEventEnvelope,
  type OwnershipReason,
  type OwnershipTransition,
} from '@app/contracts';
import { dialectOf, insertRows, toSqlTime } from '@app/database';
import { uuidv7 } from 'uuidv7';
import type { ChatTransaction, LockedChat } from '../fence/chat-transaction.repository.js';
import { TurnClosing } from './turn-closing.js';
import { interruptionOf } from './turn.types.js';

/** An agent's lease on a claimed chat. The agent's socket and every command of the agent renew it. */
export const AGENT_LEASE_MS = 90_000;

export interface OwnershipChange {
  transition: OwnershipTransition;
  reason: OwnershipReason;
  actor: Actor;
  /** The agent who speaks afterwards; needed by `claim` and `transfer`. */
  agent?: AgentName | null;
  /** What becomes of a running answer: the text shown so far is kept (the default), or it is emptied. */
  runningAnswer?: 'keep' | 'discard';
  /** Without a lease the agent keeps the chat until it is released or closed. By default there is one. */
  isLeased?: boolean;
}

export interface ChangedOwnership {
  kind: 'changed';
  epoch: number;
  /** The turn that was running: it may not write any more. */
  revokedTurnId: string | null;
  events: ChatEventEnvelope[];
}

/**
 * Changes the owner of a chat within a transaction that has locked it: seals a running answer (which belongs to the epoch that ends),
 * ends the queued turns, raises the epoch, and writes the event and the audit row. The caller has checked that the transition is
 * allowed.
 */
export async function changeOwnership(
  transaction: ChatTransaction,
  chat: LockedChat,
  { transition, reason, actor, agent = null, runningAnswer = 'keep', isLeased = true }: OwnershipChange,
): Promise<ChangedOwnership> {
  const { from, to } = { from: chat.owner, to: OWNERSHIP[transition].to };
  const { manager, at } = transaction;
  const revokedTurnId = chat.runningTurnId;
  const closing = new TurnClosing(transaction);
  const events = await sealRunningTurn(closing, chat, runningAnswer);
  events.push(...(await closing.supersedeQueued(chat)));
  await closing.write();
  chat.owner = to;
  chat.epoch++;
  chat.agentId = to === 'human' ? (agent?.id ?? null) : null;
  chat.waitingSince = to === 'requested' ? at : null;
  const data = { from, to, reason, agent: to === 'human' ? agent : null };
  events.push(transaction.addEvent(chat, { type: 'ownership.changed', actor, data }));
  const lease = to === 'human' && isLeased ? dialectOf(manager.connection).nowPlus(AGENT_LEASE_MS) : 'NULL';
  await manager.query(`UPDATE chats SET lease_until = ${lease} WHERE id = ?`, [chat.id]);
  await insertRows(manager, 'audit_log', [
    {
      id: uuidv7(),
      // The chat tells which customer it was for as long as the chat exists; a visitor's id may be a telephone number.
      actor: actor.kind === 'customer' ? actor.kind : `${actor.kind}:${actor.id ?? actor.name}`.slice(0, 190),
      action: `ownership.${transition}`,
      target: `chat:${chat.id}`,
      data: JSON.stringify({ from, to, reason, epoch: chat.epoch, agentId: chat.agentId, cutTurnId: revokedTurnId }),
      created_at: toSqlTime(at),
    },
  ]);
  return { kind: 'changed', epoch: chat.epoch, revokedTurnId, events };
}

async function sealRunningTurn(
  closing: TurnClosing,
  chat: LockedChat,
  runningAnswer: 'keep' | 'discard',
): Promise<ChatEventEnvelope[]> {
  const turn = (await closing.findRunning([chat])).get(chat.runningTurnId ?? '');
  chat.runningTurnId = null;
  if (!turn) return [];
  const ending = interruptionOf({ turnId: turn.id, chatId: chat.id });
  const sealed = await closing.close(chat, turn, runningAnswer === 'keep' ? ending : { ...ending, text: '' });
  return sealed.events;
}
