import {
  OWNERSHIP,
  type Actor,
  type AgentName,
  type ChatEventEnvelope,
  type OwnershipReason,
  type OwnershipTransition,
} from '@app/contracts';
import { insertRows, toSqlTime } from '@app/database';
import { uuidv7 } from 'uuidv7';
import type { ChatTransaction, LockedChat } from '../fence/chat-transaction.repository.js';
import { TurnClosing } from './turn-closing.js';
import { cutShort } from './turn.types.js';

export interface BatonPass {
  transition: OwnershipTransition;
  reason: OwnershipReason;
  actor: Actor;
  /** Who holds the chat afterwards; needed by `claim` and `transfer`. */
  agent: AgentName | null;
  /** What becomes of an answer that is running: kept as far as it was shown, or emptied. */
  runningAnswer: 'keep' | 'discard';
}

export interface PassedBaton {
  kind: 'changed';
  epoch: number;
  cutTurnId: string | null;
  events: ChatEventEnvelope[];
}

/**
 * Passes the baton within a transaction that holds the chat: seals a running answer (which belongs to the epoch that ends), ends the
 * turns that wait, raises the epoch, and writes event and audit row. The caller has made sure that the transition may happen.
 * @param lease the SQL expression of the holder's lease
 */
export async function passBaton(
  transaction: ChatTransaction,
  chat: LockedChat,
  { transition, reason, actor, agent, runningAnswer, lease }: BatonPass & { lease: string },
): Promise<PassedBaton> {
  const { from, to } = { from: chat.owner, to: OWNERSHIP[transition].to };
  const cutTurnId = chat.runningTurnId;
  const closing = new TurnClosing(transaction);
  const events = await sealRunningTurn(closing, chat, runningAnswer);
  events.push(...(await closing.supersedeQueued(chat)));
  await closing.write();
  chat.owner = to;
  chat.epoch++;
  chat.agentId = to === 'human' ? (agent?.id ?? null) : null;
  chat.waitingSince = to === 'requested' ? transaction.at : null;
  const data = { from, to, reason, agent: to === 'human' ? agent : null };
  events.push(transaction.addEvent(chat, { type: 'ownership.changed', actor, data }));
  await transaction.manager.query(`UPDATE chats SET lease_until = ${to === 'human' ? lease : 'NULL'} WHERE id = ?`, [
    chat.id,
  ]);
  await insertRows(transaction.manager, 'audit_log', [
    {
      id: uuidv7(),
      // Which customer, the chat says for as long as it is there: a visitor's id may be a telephone number.
      actor: actor.kind === 'customer' ? actor.kind : `${actor.kind}:${actor.id ?? actor.name}`.slice(0, 190),
      action: `ownership.${transition}`,
      target: `chat:${chat.id}`,
      data: JSON.stringify({ from, to, reason, epoch: chat.epoch, agentId: chat.agentId, cutTurnId }),
      created_at: toSqlTime(transaction.at),
    },
  ]);
  return { kind: 'changed', epoch: chat.epoch, cutTurnId, events };
}

async function sealRunningTurn(
  closing: TurnClosing,
  chat: LockedChat,
  runningAnswer: BatonPass['runningAnswer'],
): Promise<ChatEventEnvelope[]> {
  const turnId = chat.runningTurnId;
  if (turnId === null) return [];
  const turn = (await closing.findRunning([turnId])).get(turnId);
  chat.runningTurnId = null;
  if (!turn) return [];
  const ending = cutShort({ turnId, chatId: chat.id });
  const sealed = await closing.close(chat, turn, runningAnswer === 'keep' ? ending : { ...ending, text: '' });
  return sealed.events;
}
