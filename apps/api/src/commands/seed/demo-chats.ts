import { toSqlTime, USAGE_TYPE, type SqlRow } from '@app/database';
import { COMMENTS, inventExchange, type Exchange } from './demo-talk.js';
import type { DemoTopic } from './demo-bots.js';
import type { Random } from './random.js';

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;
/** No chat is younger, so that none reaches into the future. */
const YOUNGEST_DAYS = 6;
const OLDEST_DAYS = 120;
const TITLE_LENGTH = 80;
/** Of these, the last has no price. */
export const DEMO_MODELS = ['demo-large', 'demo-small', 'demo-retired'];

export interface DemoBot {
  id: string;
  topic: DemoTopic;
}

export interface DemoUser {
  id: number;
  displayName: string;
  systemMessageIds: string[];
}

export interface DemoChat {
  /** Null for a caller without an account. */
  user: DemoUser | null;
  bot: DemoBot;
  turns: number;
}

/** Rows by table, in the order in which foreign keys want them. */
export interface ChatRows {
  chats: SqlRow[];
  messages: SqlRow[];
  turns: SqlRow[];
  chat_events: SqlRow[];
  usage_ledger: SqlRow[];
  feedback: SqlRow[];
}

export const noRows = (): ChatRows => ({
  chats: [],
  messages: [],
  turns: [],
  chat_events: [],
  usage_ledger: [],
  feedback: [],
});

interface Usage {
  input: number;
  cached: number;
  output: number;
}

/** Writes down a chat as the server would have: its messages, turns, numbered events and what they used. */
export class ChatWriter {
  private readonly id: string;
  private readonly startedAt: number;
  private readonly isGerman: boolean;
  private readonly userKey: string;
  private readonly customer: string;
  private readonly speaker: string;
  private seq = 0;
  private at: number;
  private title = '';

  constructor(
    private readonly rows: ChatRows,
    private readonly random: Random,
    private readonly chat: DemoChat,
    private readonly serviceId: string | null,
    today: number,
  ) {
    this.startedAt = today - YOUNGEST_DAYS * DAY_MS - random.next() ** 1.5 * (OLDEST_DAYS - YOUNGEST_DAYS) * DAY_MS;
    this.at = this.startedAt;
    this.id = random.idAt(this.startedAt);
    this.isGerman = random.isTrue(0.4);
    const { user, bot } = chat;
    this.userKey = user === null ? 'anonymous' : `user:${user.id}`;
    this.customer = JSON.stringify({
      kind: 'customer',
      id: user === null ? null : String(user.id),
      name: user?.displayName ?? '',
    });
    this.speaker = JSON.stringify({ kind: 'bot', id: bot.id, name: bot.topic.name });
  }

  write(): void {
    const { random, chat } = this;
    for (let turn = 0; turn < chat.turns; turn++) {
      this.writeTurn(inventExchange(random, chat.bot.topic, this.isGerman));
      this.at += random.isTrue(0.03) ? random.between(1, 10) * 0.05 * DAY_MS : random.between(10, 300) * SECOND_MS;
    }
    this.rows.chats.push({
      id: this.id,
      user_id: chat.user?.id ?? null,
      visitor_id: null,
      bot_id: chat.bot.id,
      display_name: this.title,
      is_favorite: random.isTrue(0.08),
      is_named: false,
      is_admin_chat: false,
      user_system_message_id:
        chat.user !== null && random.isTrue(0.15) ? random.pick(chat.user.systemMessageIds) : null,
      channel: 'api',
      owner: 'bot',
      epoch: 1,
      agent_id: null,
      lease_until: null,
      waiting_since: null,
      next_seq: this.seq + 1,
      running_turn_id: null,
      queued_turns: 0,
      created_at: sqlTime(this.startedAt),
      last_accessed_at: sqlTime(this.at),
    });
  }

  private writeTurn(exchange: Exchange): void {
    const { random } = this;
    if (this.title === '') {
      this.title = exchange.question.slice(0, TITLE_LENGTH);
      if (random.isTrue(0.3))
        this.writeUsage(null, USAGE_TYPE.title, { input: 90, cached: 0, output: 8 }, DEMO_MODELS[1]!);
    }
    const askedAt = this.at;
    const turnId = random.idAt(askedAt);
    const inputId = random.idAt(askedAt);
    const outputId = random.idAt(askedAt);
    const luck = random.next();
    const status = luck < 0.97 ? 'completed' : luck < 0.99 ? 'interrupted' : 'failed';
    const model = random.isTrue(0.02) ? DEMO_MODELS[2]! : random.pick(DEMO_MODELS.slice(0, 2));
    const isFailed = status === 'failed';
    const text = isFailed ? '' : status === 'completed' ? exchange.answer : exchange.answer.slice(0, 40);
    const usage = isFailed ? { input: 0, cached: 0, output: 0 } : this.inventUsage(text);
    const error = isFailed ? { code: 'PROVIDER_TIMEOUT', detail: 'The model service did not answer in time.' } : null;

    const seq = this.writeEvent('message.created', this.customer, inputId, {
      messageId: inputId,
      author: 'customer',
      turnId,
    });
    this.writeMessage(inputId, seq, 'customer', exchange.question, 'complete', turnId);
    const bot = { turnId, messageId: outputId, inputMessageId: inputId, botId: this.chat.bot.id };
    this.writeEvent('turn.started', this.speaker, null, bot);
    this.at += random.between(900, 8000);
    if (text !== '') {
      const final = status === 'completed' ? 'complete' : 'interrupted';
      const data = { messageId: outputId, turnId, status: final };
      const spoken = this.writeEvent('message.completed', this.speaker, outputId, data);
      this.writeMessage(outputId, spoken, 'bot', text, final, turnId);
    }
    const { input, cached, output } = usage;
    const tokens = {
      inputTokens: input,
      cachedTokens: cached,
      outputTokens: output,
      reasoningTokens: 0,
      isEstimated: false,
    };
    this.writeEvent('turn.ended', this.speaker, null, { turnId, status, usage: tokens, error });
    this.rows.turns.push({
      id: turnId,
      chat_id: this.id,
      bot_id: this.chat.bot.id,
      seq,
      epoch: 1,
      status,
      input_message_id: inputId,
      output_message_id: outputId,
      service_id: this.serviceId,
      model,
      attempts: isFailed ? 3 : 1,
      recoveries: 0,
      options: NO_OPTIONS,
      ...tokenColumns(usage),
      is_usage_estimated: false,
      error: error && JSON.stringify(error),
      user_key: this.userKey,
      created_at: sqlTime(askedAt),
      started_at: sqlTime(askedAt),
      ended_at: sqlTime(this.at),
    });
    this.writeUsage(turnId, USAGE_TYPE.chat, usage, model);
    if (random.isTrue(0.03)) this.writeFeedback(exchange);
  }

  private inventUsage(text: string): Usage {
    const input = this.random.between(150, 1800);
    const cached = this.random.isTrue(0.4) ? Math.floor(input * 0.6) : 0;
    return { input, cached, output: Math.ceil(text.length / 4) };
  }

  private writeEvent(type: string, actor: string, messageId: string | null, data: object): number {
    this.seq++;
    this.rows.chat_events.push({
      chat_id: this.id,
      seq: this.seq,
      type,
      actor,
      epoch: 1,
      audience: 'everyone',
      message_id: messageId,
      data: JSON.stringify(data),
      created_at: sqlTime(this.at),
    });
    return this.seq;
  }

  private writeMessage(id: string, seq: number, author: string, text: string, status: string, turnId: string): void {
    this.rows.messages.push({
      id,
      chat_id: this.id,
      seq,
      author,
      kind: 'message',
      text: JSON.stringify(text),
      status,
      turn_id: turnId,
      agent_id: null,
      created_at: sqlTime(this.at),
    });
  }

  private writeUsage(turnId: string | null, usageType: number, usage: Usage, model: string): void {
    this.rows.usage_ledger.push({
      id: this.random.idAt(this.at),
      turn_id: turnId,
      bot_id: this.chat.bot.id,
      user_key: this.userKey,
      service_id: this.serviceId,
      model,
      usage_type: usageType,
      status: 'settled',
      outcome: 'ok',
      channel: 'api',
      request_date: new Date(this.at).toISOString().slice(0, 10),
      ...tokenColumns(usage),
      is_estimated: false,
      cost_nano: null,
      created_at: sqlTime(this.at),
    });
  }

  private writeFeedback({ question, answer }: Exchange): void {
    const { random } = this;
    this.rows.feedback.push({
      id: random.idAt(this.at),
      bot_id: this.chat.bot.id,
      chat_id: this.id,
      user_message: JSON.stringify(question),
      assistant_message: JSON.stringify(answer),
      user_comment: random.pick(COMMENTS),
      vote_id: random.isTrue(0.7) ? 1 : 2,
      message_created_at: sqlTime(this.at),
      status: random.isTrue(0.3) ? 1 : null,
      admin_comment: null,
      admin_updated_at: null,
      created_at: sqlTime(this.at),
    });
  }
}

const NO_OPTIONS = JSON.stringify({ ignoreChatHistory: false, isTraceLogEnabled: false });
const sqlTime = (time: number): string => toSqlTime(new Date(time));
const tokenColumns = ({ input, cached, output }: Usage) => ({
  input_tokens: input,
  cached_tokens: cached,
  output_tokens: output,
  reasoning_tokens: 0,
});
