import type { ChatOwner } from '@app/contracts';
import { containsTextRaw, dialectOf, fromSqlTime, jsonText, placeholders, toSqlTime } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** A chat's place in the list: the newest activity first. */
export interface ChatPlace {
  at: Date;
  id: string;
}

export interface ChatsFilter {
  owners: ChatOwner[] | null;
  botId: string | null;
  agentId: number | null;
  channel: string | null;
  voteId: number | null;
  hasError: boolean | null;
  hasNote: boolean | null;
  tag: string | null;
  from: Date | null;
  to: Date | null;
  search: string | null;
}

export interface ListedChat {
  id: string;
  displayName: string;
  customerName: string | null;
  botId: string;
  botName: string;
  channel: string;
  owner: ChatOwner;
  agent: { id: number; name: string } | null;
  epoch: number;
  waitingSince: Date | null;
  lastSeq: number;
  readSeq: number;
  createdAt: Date;
  lastAccessedAt: Date;
}

interface Sql {
  sql: string;
  values: (string | number)[];
}

/** A filter that says which chats are looked at, and the index that has these in order. */
interface Driver extends Sql {
  index: string;
}

interface Row {
  id: string;
  display_name: string;
  customer_name: string | null;
  bot_id: string;
  bot_name: string;
  channel: string;
  owner: ChatOwner;
  agent_id: number | null;
  agent_name: string | null;
  epoch: number;
  waiting_since: string | Date | null;
  next_seq: number;
  read_seq: number | null;
  created_at: string | Date;
  last_accessed_at: string | Date;
}

const ORDER = 'ORDER BY last_accessed_at DESC, id DESC';
const FEW: readonly ChatOwner[] = ['requested', 'human'];

/**
 * All chats, the newest activity first. One filter, for which there is an index in this order, says which chats are looked at; the
 * others are applied to a bounded number of these. A page costs the same however many chats there are.
 */
@Injectable()
export class AllChatsRepository {
  private readonly isSqlite: boolean;

  constructor(private readonly dataSource: DataSource) {
    this.isSqlite = dialectOf(dataSource).isSqlite;
  }

  /** The next chats after a place, by one of the filters. */
  async findCandidates(filter: ChatsFilter, after: ChatPlace | null, limit: number): Promise<ChatPlace[]> {
    const range = rangeOf(filter, after);
    const { byIndex } = dialectOf(this.dataSource);
    const parts = drivers(filter).map(({ index, sql, values }): Sql => {
      const conditions = [sql, ...range.map((each) => each.sql)].filter((each) => each !== '');
      const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
      return {
        sql: `SELECT * FROM (SELECT id, last_accessed_at FROM chats${byIndex(index)} ${where} ${ORDER} LIMIT ?) part`,
        values: [...values, ...range.flatMap((each) => each.values), limit],
      };
    });
    const rows = await this.dataSource.query<{ id: string; last_accessed_at: string | Date }[]>(
      `${parts.map(({ sql }) => sql).join(' UNION ALL ')} ${ORDER} LIMIT ?`,
      [...parts.flatMap(({ values }) => values), limit],
    );
    return rows.map((row) => ({ id: row.id, at: fromSqlTime(row.last_accessed_at) }));
  }

  /** Those of the chats that pass all filters. */
  async findPassing(filter: ChatsFilter, ids: string[]): Promise<Set<string>> {
    const tests = this.tests(filter);
    if (tests.length === 0 || ids.length === 0) return new Set(ids);
    const rows = await this.dataSource.query<{ id: string }[]>(
      `SELECT c.id FROM chats c WHERE c.id IN (${placeholders(ids.length)}) AND ${tests.map(({ sql }) => sql).join(' AND ')}`,
      [...ids, ...tests.flatMap(({ values }) => values)],
    );
    return new Set(rows.map(({ id }) => id));
  }

  async findChats(ids: string[], userId: number): Promise<Map<string, ListedChat>> {
    if (ids.length === 0) return new Map();
    const rows = await this.dataSource.query<Row[]>(
      `SELECT c.id, c.display_name, u.display_name AS customer_name, c.bot_id, b.display_name AS bot_name, c.channel, c.owner,
         c.agent_id, a.display_name AS agent_name, c.epoch, c.waiting_since, c.next_seq, r.seq AS read_seq, c.created_at,
         c.last_accessed_at
       FROM chats c JOIN bots b ON b.id = c.bot_id LEFT JOIN users u ON u.id = c.user_id LEFT JOIN users a ON a.id = c.agent_id
         LEFT JOIN chat_read_marks r ON r.user_id = ? AND r.chat_id = c.id
       WHERE c.id IN (${placeholders(ids.length)})`,
      [userId, ...ids],
    );
    return new Map(rows.map((row) => [row.id, chatOf(row)]));
  }

  async findTags(ids: string[]): Promise<Map<string, string[]>> {
    const tags = new Map<string, string[]>();
    if (ids.length === 0) return tags;
    const rows = await this.dataSource.query<{ chat_id: string; tag: string }[]>(
      `SELECT chat_id, tag FROM chat_tags WHERE chat_id IN (${placeholders(ids.length)}) ORDER BY tag`,
      ids,
    );
    for (const { chat_id, tag } of rows) tags.set(chat_id, [...(tags.get(chat_id) ?? []), tag]);
    return tags;
  }

  private tests(filter: ChatsFilter): Sql[] {
    const has = (is: boolean | null, table: string, condition: string): Sql | null =>
      is === null
        ? null
        : {
            sql: `${is ? '' : 'NOT '}EXISTS (SELECT 1 FROM ${table} x WHERE x.chat_id = c.id AND ${condition})`,
            values: [],
          };
    const by = (table: string, condition: string, value: string | number | null): Sql | null =>
      value === null
        ? null
        : { sql: `EXISTS (SELECT 1 FROM ${table} x WHERE x.chat_id = c.id AND ${condition})`, values: [value] };
    const equals = (column: string, value: string | number | null): Sql | null =>
      value === null ? null : { sql: `${column} = ?`, values: [value] };
    return [
      filter.owners && anyOwner('c.owner', filter.owners),
      equals('c.bot_id', filter.botId),
      equals('c.agent_id', filter.agentId),
      equals('c.channel', filter.channel),
      by('feedback', 'x.vote_id = ?', filter.voteId),
      has(filter.hasError, 'turns', `x.status = 'failed'`),
      has(filter.hasNote, 'messages', `x.kind = 'note'`),
      by('chat_tags', 'x.tag = ?', filter.tag),
      filter.search === null ? null : this.containing(filter.search),
    ].filter((test) => test !== null);
  }

  private containing(search: string): Sql {
    const title = containsTextRaw('c.display_name', search);
    const text = containsTextRaw(jsonText('x.text', this.isSqlite), search);
    return {
      sql: `(${title.sql} OR EXISTS (SELECT 1 FROM messages x WHERE x.chat_id = c.id AND ${text.sql}))`,
      values: [...title.values, ...text.values],
    };
  }
}

/** The filters of which there may be few chats among many come first. One part for every owner: each is read in its order. */
function drivers({ owners, agentId, botId }: ChatsFilter): Driver[] {
  // Claimed chats of one agent are few, and sorted.
  if (agentId !== null)
    return [{ index: 'ix_chats_agent', sql: `agent_id = ? AND owner = 'human'`, values: [agentId] }];
  const byOwner = (owners ?? []).map((owner): Driver => ({
    index: 'ix_chats_owner_accessed',
    sql: 'owner = ?',
    values: [owner],
  }));
  if (owners?.every((owner) => FEW.includes(owner)) === true) return byOwner;
  if (botId !== null) return [{ index: 'ix_chats_bot_accessed', sql: 'bot_id = ?', values: [botId] }];
  return byOwner.length > 0 ? byOwner : [{ index: 'ix_chats_accessed', sql: '', values: [] }];
}

/** Row values would keep MariaDB from reading the range in its index. */
function rangeOf({ from, to }: ChatsFilter, after: ChatPlace | null): Sql[] {
  const parts: Sql[] = [];
  if (from !== null) parts.push({ sql: 'last_accessed_at >= ?', values: [toSqlTime(from)] });
  if (to !== null) parts.push({ sql: 'last_accessed_at < ?', values: [toSqlTime(to)] });
  if (after === null) return parts;
  const at = toSqlTime(after.at);
  return [...parts, { sql: 'last_accessed_at <= ? AND (last_accessed_at < ? OR id < ?)', values: [at, at, after.id] }];
}

const anyOwner = (column: string, owners: readonly string[]): Sql => ({
  sql: `${column} IN (${placeholders(owners.length)})`,
  values: [...owners],
});

const chatOf = (row: Row): ListedChat => ({
  id: row.id,
  displayName: row.display_name,
  customerName: row.customer_name,
  botId: row.bot_id,
  botName: row.bot_name,
  channel: row.channel,
  owner: row.owner,
  agent: row.agent_id === null ? null : { id: row.agent_id, name: row.agent_name ?? '' },
  epoch: row.epoch,
  waitingSince: row.owner === 'requested' && row.waiting_since !== null ? fromSqlTime(row.waiting_since) : null,
  lastSeq: row.next_seq - 1,
  readSeq: row.read_seq ?? 0,
  createdAt: fromSqlTime(row.created_at),
  lastAccessedAt: fromSqlTime(row.last_accessed_at),
});
