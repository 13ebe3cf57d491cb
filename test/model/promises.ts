import type { ChatEventEnvelope } from '@app/contracts';
import { dialectOf } from '@app/database';
import { isDeepStrictEqual } from 'node:util';
import { viewOf } from '../../apps/api/src/baton/log/chat-event-view.js';
import { ChatLogRepository, type LoggedEvent } from '../../apps/api/src/baton/log/chat-log.repository.js';
import { ChatVariablesRepository } from '../../apps/api/src/chats/settings/chat-variables.repository.js';
import { readCommitted } from './chunk-ledger.js';
import { LogReading } from './log-rules.js';
import type { World } from './world.js';

interface ChatRow {
  owner: string;
  epoch: number;
  next_seq: number;
  running_turn_id: string | null;
  queued_turns: number;
}

const LOG_LIMIT = 10_000;
/** What a caller may be refused with, by design. */
const REFUSALS = new Set([
  'CHAT_HELD',
  'CHAT_NOT_HELD',
  'CHAT_CLOSED',
  'OUTDATED_CHAT',
  'CONFLICT',
  'NO_RUNNING_TURN',
  'CHAT_QUEUE_FULL',
  'PROVIDER_ERROR',
  'PROVIDER_INCOMPLETE',
  'TURN_DEADLINE_EXCEEDED',
]);

/** Throws when the world breaks a promise now. */
export async function expectPromisesKept(world: World): Promise<void> {
  const { faults } = await inspect(world);
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

/** Throws when the world, after everything has come to its end, has broken a promise. */
export async function expectGoodEnd(world: World): Promise<void> {
  const { reading, log, faults } = await inspect(world);
  for (const [turnId] of reading.inputs) if (!reading.endings.has(turnId)) faults.push(`turn ${turnId} has no end`);
  if (world.openCalls().length > 0) faults.push('a call of the model service is still open');
  faults.push(...faultsOfReaders(world, log), ...faultsOfReplies(world, reading));
  faults.push(...(await faultsOfTurns(world, reading)), ...(await faultsOfVariables(world, reading)));
  if (faults.length > 0) throw new Error(`${faults.join('\n')}\n${describe(log)}`);
}

async function inspect(world: World): Promise<{ reading: LogReading; log: LoggedEvent[]; faults: string[] }> {
  const { dataSource, chatId } = world;
  const log = await new ChatLogRepository(dataSource).findEvents(chatId, 0, LOG_LIMIT);
  const reading = new LogReading(log.map(({ event }) => event));
  const faults = [
    ...world.faults,
    ...world.ledger.faults,
    ...world.readers.flatMap((reader) => reader.faults),
    ...reading.faults,
    ...(await faultsOfChat(world, reading)),
    ...faultsOfTexts(world, reading),
    ...faultsOfAttempts(world, reading),
    ...faultsOfAgents(world, log),
  ];
  return { reading, log, faults };
}

async function faultsOfChat({ dataSource, chatId, ledger }: World, reading: LogReading): Promise<string[]> {
  const faults: string[] = [];
  const [chat] = await dataSource.query<ChatRow[]>(
    'SELECT owner, epoch, next_seq, running_turn_id, queued_turns FROM chats WHERE id = ?',
    [chatId],
  );
  const waiting = [...reading.inputs.keys()].filter((id) => !reading.endings.has(id) && id !== reading.runningTurnId);
  if (chat!.owner !== reading.owner) faults.push(`the chat is with ${chat!.owner}, by its log with ${reading.owner}`);
  if (chat!.epoch < reading.epoch) faults.push(`the chat is in epoch ${chat!.epoch}, its log in ${reading.epoch}`);
  if (chat!.next_seq !== reading.events.length + 1) faults.push(`the chat's next number is ${chat!.next_seq}`);
  if (chat!.running_turn_id !== reading.runningTurnId) faults.push('the chat runs another turn than its log');
  if (chat!.queued_turns !== waiting.length)
    faults.push(`${chat!.queued_turns} turns wait, by the log ${waiting.length}`);
  const stray = await dataSource.query<{ turn_id: string }[]>(
    `SELECT k.turn_id FROM turn_chunks k JOIN turns t ON t.id = k.turn_id WHERE t.chat_id = ? AND t.status <> 'running'`,
    [chatId],
  );
  if (stray.length > 0) faults.push(`bot text is stored of turn ${stray[0]!.turn_id}, which has ended`);
  if (reading.runningTurnId !== null) {
    const stored = await readCommitted(dataSource, reading.runningTurnId);
    const noted = ledger.committed.get(reading.runningTurnId) ?? '';
    if (stored !== noted) faults.push(`stored is "${stored}", but committed was "${noted}"`);
  }
  return faults;
}

/** An answer that was cut is what was committed; one that was not is all that was said. */
function faultsOfTexts(world: World, reading: LogReading): string[] {
  const faults: string[] = [];
  for (const [turnId, status] of reading.endings) {
    const text = reading.finalTexts.get(turnId) ?? '';
    const committed = world.ledger.committed.get(turnId) ?? '';
    const said = world.saidTo(reading.inputs.get(turnId) ?? '');
    const isDiscarded =
      !reading.finalTexts.has(turnId) && reading.passings.some((event) => hasDiscarded(world, event, reading, turnId));
    if (status === 'superseded' && text !== '') faults.push(`a turn that never ran said "${text}"`);
    if (status === 'interrupted' && !isDiscarded && text !== committed)
      faults.push(`sealed was "${text}", but committed was "${committed}"`);
    if (status === 'completed' && !said.includes(text))
      faults.push(`the answer "${text}" does not come from the model`);
    if (!said.some((whole) => whole.startsWith(text))) faults.push(`"${text}" does not come from the model`);
    if (!isDiscarded && !text.startsWith(committed)) faults.push(`"${committed}" was shown, kept was "${text}"`);
  }
  return faults;
}

/** Whether an agent took over, discarded the running answer, and the answer was this one. */
function hasDiscarded(
  world: World,
  { seq, epoch }: { seq: number; epoch: number },
  reading: LogReading,
  turnId: string,
): boolean {
  const end = reading.events.find((event) => event.type === 'turn.ended' && event.data.turnId === turnId);
  const isBetween = reading.events.slice(end!.seq, seq - 1).every(({ type }) => type === 'turn.ended');
  return (
    isBetween &&
    end!.seq < seq &&
    world.attempts.some(
      ({ pass, outcome }) =>
        pass.runningAnswer === 'discard' && (outcome === null || ('epoch' in outcome && outcome.epoch === epoch)),
    )
  );
}

/** Every passing of the baton has one winner who was told so, and every winner a passing. */
function faultsOfAttempts(world: World, reading: LogReading): string[] {
  const faults: string[] = [];
  const byEpoch = new Map(reading.passings.map((event) => [event.epoch, event]));
  const won = new Set<number>();
  let unknown = 0;
  for (const { pass, outcome } of world.attempts) {
    if (outcome === null) unknown++;
    else if ('code' in outcome) {
      if (!REFUSALS.has(outcome.code)) faults.push(`${pass.transition} was refused with ${outcome.code}`);
    } else {
      const event = byEpoch.get(outcome.epoch);
      if (won.has(outcome.epoch)) faults.push(`two have won epoch ${outcome.epoch}`);
      won.add(outcome.epoch);
      if (event === undefined)
        faults.push(`${pass.transition} won epoch ${outcome.epoch}, of which the log knows nothing`);
      else if (event.data.reason !== pass.reason || event.data.agent?.id !== pass.agent?.id)
        faults.push(`${pass.transition} won epoch ${outcome.epoch}, but the log says ${JSON.stringify(event.data)}`);
    }
  }
  const byPeople = reading.passings.filter(({ data }) => !['bot_tool', 'rule', 'error'].includes(data.reason));
  if (byPeople.length > won.size + unknown) faults.push(`${byPeople.length} passings, but ${won.size} were won`);
  return faults;
}

/** What an agent sent stands in the log once, at the number that was told. */
function faultsOfAgents(world: World, log: LoggedEvent[]): string[] {
  const faults: string[] = [];
  const textAt = (seq: number): string | null => textOf(log[seq - 1]?.event);
  for (const { text, outcome } of world.written) {
    const places = log.filter(({ event }) => event.actor.kind === 'agent' && textOf(event) === text);
    if (places.length > 1) faults.push(`"${text}" was written ${places.length} times`);
    if (outcome === null) continue;
    if ('code' in outcome && !REFUSALS.has(outcome.code)) faults.push(`"${text}" was refused with ${outcome.code}`);
    if ('seq' in outcome && textAt(outcome.seq) !== text) faults.push(`"${text}" is not at ${outcome.seq}`);
  }
  return faults;
}

/** Everybody has read the same, whether they stayed or came back. */
function faultsOfReaders(world: World, log: LoggedEvent[]): string[] {
  const faults: string[] = [];
  const [stayed] = world.readers;
  for (const reader of world.readers) {
    const visible = log.map((logged) => viewOf(logged, reader.audience)).filter((event) => event !== null);
    const at = visible.findIndex((event, index) => !isDeepStrictEqual(event, reader.events[index]));
    if (reader.events.length !== visible.length || at !== -1)
      faults.push(`${reader.name} read ${reader.events.length} of ${visible.length} events; first other: ${at + 1}`);
    for (const [messageId, shown] of reader.shown) {
      if (!log.some(({ event }) => event.type === 'message.completed' && event.data.messageId === messageId)) continue;
      const whole = stayed!.shown.get(messageId);
      if (stayed!.hasStayed && whole?.startsWith(shown) !== true)
        faults.push(`${reader.name} was shown "${shown}", ${stayed!.name} "${whole}"`);
    }
  }
  for (const { event } of log) {
    if (event.type !== 'message.completed' || event.data.text === '' || !stayed!.hasStayed) continue;
    if (stayed!.shown.get(event.data.messageId) !== event.data.text)
      faults.push(`${stayed!.name} was shown "${stayed!.shown.get(event.data.messageId)}" of "${event.data.text}"`);
  }
  return faults;
}

/** Each request to a running instance has the right answer. */
function faultsOfReplies(world: World, reading: LogReading): string[] {
  const faults: string[] = [];
  const turnOf = new Map([...reading.inputs].map(([turnId, text]) => [text, turnId]));
  for (const { question, instance, reply } of world.questions) {
    const turnId = turnOf.get(question.text);
    const text = (turnId !== undefined && reading.finalTexts.get(turnId)) || '';
    if (reply === null) {
      if (!instance.isDead) faults.push(`"${question.text}" was never answered`);
    } else if (reply.kind === 'broken') faults.push(`"${question.text}": ${reply.detail}`);
    else if (reply.kind === 'refused') {
      if (!REFUSALS.has(reply.code)) faults.push(`"${question.text}" was refused with ${reply.code}`);
      // The model service has said nothing at all.
      if (reply.code === 'PROVIDER_INCOMPLETE' && text !== '')
        faults.push(`"${question.text}" was refused for want of a word, but the log says "${text}"`);
    } else {
      const hasRun = turnId !== undefined && reading.endings.get(turnId) !== 'superseded';
      if (reply.isHandedOver ? hasRun : turnId === undefined)
        faults.push(`"${question.text}" ${reply.isHandedOver ? 'was' : 'was not'} handed over`);
      if (reply.text !== text) faults.push(`"${question.text}" was answered "${reply.text}" instead of "${text}"`);
    }
  }
  return faults;
}

/** Rows beside the log: every turn's state, one request in the ledger for each that ran, one audit row for each passing. */
async function faultsOfTurns({ dataSource, chatId }: World, reading: LogReading): Promise<string[]> {
  const faults: string[] = [];
  const turns = await dataSource.query<{ id: string; status: string; charges: number | string }[]>(
    `SELECT t.id, t.status, (SELECT SUM(u.requests) FROM usage_ledger u WHERE u.turn_id = t.id) AS charges
     FROM turns t WHERE t.chat_id = ?`,
    [chatId],
  );
  for (const { id, status, charges } of turns) {
    if (status !== reading.endings.get(id))
      faults.push(`turn ${id} is ${status}, by the log ${reading.endings.get(id)}`);
    if (Number(charges) !== (status === 'superseded' ? 0 : 1)) faults.push(`turn ${id} was charged ${charges} times`);
  }
  const [audit] = await dataSource.query<{ rows: number | string }[]>(
    `SELECT COUNT(*) AS ${dialectOf(dataSource).isSqlite ? '"rows"' : '`rows`'} FROM audit_log
     WHERE target = ? AND action LIKE 'ownership.%'`,
    [`chat:${chatId}`],
  );
  if (Number(audit!.rows) !== reading.passings.length)
    faults.push(`${audit!.rows} audit rows for ${reading.passings.length} passings`);
  return faults;
}

/** Variables are what the tools in the log were told, and have answered, and nothing else. */
async function faultsOfVariables({ dataSource, chatId }: World, { events }: LogReading): Promise<string[]> {
  const expected: Record<string, unknown> = {};
  const told = new Map<string, Record<string, unknown>>();
  for (const event of events) {
    if (event.type === 'tool.called') {
      told.set(event.data.callId, JSON.parse(event.data.arguments!) as Record<string, unknown>);
      Object.assign(expected, told.get(event.data.callId));
    }
    if (event.type === 'tool.returned' && event.data.outcome === 'ok')
      expected['answered'] = Object.values(told.get(event.data.callId)!)[0];
  }
  const variables = await new ChatVariablesRepository(dataSource).findVariables(chatId);
  return isDeepStrictEqual(variables, expected)
    ? []
    : [`the variables are ${JSON.stringify(variables)}, by the log ${JSON.stringify(expected)}`];
}

const textOf = (event: ChatEventEnvelope | undefined): string | null =>
  event !== undefined && 'text' in event.data ? event.data.text : null;

const describe = (log: LoggedEvent[]): string =>
  log.map(({ event }) => `${event.seq} ${event.type} e${event.epoch} ${JSON.stringify(event.data)}`).join('\n');
