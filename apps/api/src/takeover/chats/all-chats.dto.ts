import { IsMoment, MAX_PAGE_SIZE, MaxLength, Whole } from '@app/common';
import type { ChatOwner } from '@app/contracts';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';
import { AgentNameDto } from '../commands/takeover.dto.js';

const ID = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';
const AT = '2026-11-21T09:00:00.000Z';
const TIME = { type: 'string', format: 'date-time' } as const;
const OWNERS: readonly ChatOwner[] = ['bot', 'requested', 'human', 'closed'];
const DEFAULT_LIMIT = 50;
const MAX_SEARCH = 200;
export const MAX_TAG_LENGTH = 40;

const Flag = (): PropertyDecorator =>
  Transform(({ value }) => (value === 'true' ? true : value === 'false' ? false : value));
const Time = (): PropertyDecorator =>
  Matches(/T.*(Z|[+-]\d\d:\d\d)$/, { message: '$property must be a time with its zone' });

/** What chats are kept, all of it together. */
export class AllChatsFilter {
  /** Who speaks in the chat. Repeat it for several. */
  @IsOptional()
  @Transform(({ value }) => (value === undefined ? undefined : [value].flat()))
  @IsIn(OWNERS, { each: true })
  @ApiProperty({ enum: OWNERS, isArray: true, required: false, example: ['requested', 'human'] })
  Owner?: ChatOwner[];

  @IsOptional()
  @Matches(/^[\w-]{1,64}$/)
  @ApiProperty({ required: false, example: ID })
  BotId?: string;

  /** Only chats that this agent has claimed. */
  @IsOptional()
  @Whole()
  @IsInt()
  @Min(1)
  @Max(2_147_483_647)
  @ApiProperty({ type: 'integer', minimum: 1, required: false, example: 7 })
  AgentId?: number;

  /** How the customer reaches the bot, for example `api`, `widget` or `whatsapp`. */
  @IsOptional()
  @Matches(/^[\w-]{1,20}$/)
  @ApiProperty({ required: false, maxLength: 20, example: 'widget' })
  Channel?: string;

  /** Chats with this vote in the feedback of their customer. */
  @IsOptional()
  @Transform(({ value }) => (typeof value === 'string' && /^-?\d{1,9}$/.test(value) ? Number(value) : value))
  @IsInt()
  @ApiProperty({ type: 'integer', required: false, example: 1 })
  Vote?: number;

  /** Whether an answer of the bot has failed. */
  @IsOptional()
  @Flag()
  @IsIn([true, false])
  @ApiProperty({ type: 'boolean', required: false, example: true })
  HasError?: boolean;

  /** Whether agents have left a note. */
  @IsOptional()
  @Flag()
  @IsIn([true, false])
  @ApiProperty({ type: 'boolean', required: false, example: true })
  HasNote?: boolean;

  /** Only chats with this tag. */
  @IsOptional()
  @IsString()
  @MaxLength(MAX_TAG_LENGTH)
  @ApiProperty({ required: false, maxLength: MAX_TAG_LENGTH, example: 'refund' })
  Tag?: string;

  /** The last activity is at this time or later. */
  @IsOptional()
  @IsMoment()
  @Time()
  @ApiProperty({ ...TIME, required: false, example: '2026-11-01T00:00:00Z' })
  From?: string;

  /** The last activity is before this time. */
  @IsOptional()
  @IsMoment()
  @Time()
  @ApiProperty({ ...TIME, required: false, example: '2026-12-01T00:00:00Z' })
  To?: string;

  /** A text in the title or in a message, without regard to case. */
  @IsOptional()
  @IsString()
  @MaxLength(MAX_SEARCH)
  @ApiProperty({ required: false, maxLength: MAX_SEARCH, example: 'refund' })
  SearchFor?: string;
}

export class AllChatsQuery extends AllChatsFilter {
  /** `nextCursor` of the page before. */
  @IsOptional()
  @Matches(/^[\w-]{1,200}$/)
  @ApiProperty({ required: false, maxLength: 200 })
  Cursor?: string;

  /** How many chats a page has at most. */
  @IsOptional()
  @Whole()
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE_SIZE)
  @ApiProperty({ type: 'integer', minimum: 1, maximum: MAX_PAGE_SIZE, default: DEFAULT_LIMIT, required: false })
  Limit: number = DEFAULT_LIMIT;
}

export class ChatBotDto {
  @ApiProperty({ example: ID })
  id: string;
  @ApiProperty({ example: 'Welcome' })
  name: string;
}

export class LatestMessageDto {
  /** The beginning of it. */
  @ApiProperty({ example: 'Can I talk to an agent?' })
  text: string;
  @ApiProperty({ enum: ['customer', 'bot', 'agent', 'system'], example: 'customer' })
  senderType: string;
  @ApiProperty({ ...TIME, example: AT })
  createdAt: string;
}

export class ListedChatDto {
  @ApiProperty({ example: ID })
  chatId: string;
  @ApiProperty({ example: 'Hello, what can you do?' })
  title: string;
  @ApiProperty({ example: 'Grace Hopper' })
  customerName: string;
  @ApiProperty({ type: ChatBotDto })
  bot: ChatBotDto;
  @ApiProperty({ example: 'widget' })
  channel: string;
  @ApiProperty({ enum: OWNERS, example: 'human' })
  owner: ChatOwner;
  /** The agent who has claimed the chat, if one has. */
  @ApiProperty({ type: AgentNameDto, nullable: true })
  agent: AgentNameDto | null;
  /** Grows with every change of owner. */
  @ApiProperty({ type: 'integer', example: 3 })
  epoch: number;
  /** Since when the customer waits for an agent; null when there is no wait. */
  @ApiProperty({ ...TIME, nullable: true, example: null })
  waitingSince: string | null;
  @ApiProperty({ type: LatestMessageDto, nullable: true })
  lastMessage: LatestMessageDto | null;
  /** The number of the newest event. */
  @ApiProperty({ type: 'integer', example: 12 })
  lastSeq: number;
  /** How far the caller has read; 0 when never. */
  @ApiProperty({ type: 'integer', example: 9 })
  readSeq: number;
  @ApiProperty({ type: [String], example: ['refund'] })
  tags: string[];
  @ApiProperty({ ...TIME, example: AT })
  createdAt: string;
  @ApiProperty({ ...TIME, example: AT })
  lastActivityAt: string;
}

export class AllChatsDto {
  @ApiProperty({ type: [ListedChatDto] })
  items: ListedChatDto[];
  /** Where the next page begins; null at the end. A request looks at a bounded number of chats: a page may be short, or empty, before the end. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  nextCursor: string | null;
}
