import { MaxLength } from '@app/common';
import { THREAD_STATUSES, type ThreadStatus } from '@app/contracts';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Max, Min, MinLength } from 'class-validator';
import type { ChannelChat } from '../../chats/index.js';
import { hexOf, threadIdOf } from './thread-ids.js';
import { END_REASONS, statusOf, type EndReason } from './thread-status.js';

export const THREAD_ID = 'thread_0199aa0e7c1b7d0a9a550d5a3c0f8f6e';
export const ASSISTANT_ID = 'asst_0199aa0e7c1b7d0a9a550d5a3c0f8f6e';
const MAX_THREADS = 10_000;
const MESSAGE_LENGTH = 32_000;
const ID_LENGTH = 200;
const OPEN_OBJECT = { type: 'object', additionalProperties: true, example: {} } as const;

/** What went wrong; `message` instead where a thread has ended. */
export class ThreadErrorDto {
  @ApiProperty({ example: 'Thread not found', required: false })
  error?: string;
  @ApiProperty({ example: 'Thread Status : inactive_chat', required: false })
  message?: string;
}

export class ThreadsQuery {
  /** At most so many threads. */
  @IsOptional()
  @Transform(({ value }) => (typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value))
  @IsInt()
  @Min(1)
  @Max(MAX_THREADS)
  @ApiProperty({ type: 'integer', minimum: 1, maximum: MAX_THREADS, default: MAX_THREADS, required: false })
  limit: number = MAX_THREADS;

  /** Those that were begun after this thread, instead of the newest ones. */
  @IsOptional()
  @IsString()
  @ApiProperty({ example: THREAD_ID, required: false })
  after?: string;
}

export class CreatedThreadDto {
  @ApiProperty({ example: THREAD_ID })
  thread_id: string;
}

/** A thread as its readers are told of it. */
export class ThreadDocumentDto {
  @ApiProperty({ example: THREAD_ID })
  id: string;
  @ApiProperty({ enum: ['thread'] })
  object: 'thread';
  /** Seconds since 1970. */
  @ApiProperty({ type: 'integer', example: 1_795_219_200 })
  created_at: number;
  @ApiProperty(OPEN_OBJECT)
  metadata: object;
  @ApiProperty(OPEN_OBJECT)
  tool_resources: object;
  @ApiProperty({ enum: THREAD_STATUSES, example: 'active' })
  status: ThreadStatus;
}

export class ThreadDto extends ThreadDocumentDto {
  @ApiProperty({ example: '0199aa0e7c1b7d0a9a550d5a3c0f8f6e' })
  _id: string;
}

export class ThreadChangeDto {
  @ApiProperty({ enum: ['insert', 'update', 'delete'], example: 'update' })
  operationType: 'insert' | 'update' | 'delete';
  /** The thread as it is now; as it was, when it is deleted. */
  fullDocument: ThreadDocumentDto;
}

/** Instead of a result, with status 200. */
export class NothingFoundDto {
  @ApiProperty({ enum: [false] })
  success: false;
  @ApiProperty({ example: 'threads not found' })
  message: string;
}

export class DeletedThreadDto {
  @ApiProperty({ example: THREAD_ID })
  id: string;
  @ApiProperty({ enum: ['thread.deleted'] })
  object: 'thread.deleted';
  @ApiProperty({ enum: [true] })
  deleted: true;
}

export class ThreadNoticeDto {
  @ApiProperty({ example: 'thread already cancelled' })
  message: string;
}

export class ThreadVariablesDto {
  @ApiProperty({ example: THREAD_ID })
  thread_id: string;
  @ApiProperty({ ...OPEN_OBJECT, example: { name: 'Ada' } })
  variables: object;
}

export class ThreadVariablesAnswerDto {
  @ApiProperty({ enum: [true] })
  success: true;
  variables: ThreadVariablesDto;
}

export class ChatRequestDto {
  @IsString()
  @MaxLength(ID_LENGTH)
  @MinLength(1)
  @ApiProperty({ example: THREAD_ID, maxLength: ID_LENGTH })
  thread_id: string;

  @IsString()
  @MinLength(1)
  @MaxLength(MESSAGE_LENGTH)
  @ApiProperty({ example: 'Hello, what can you do?', maxLength: MESSAGE_LENGTH })
  message: string;

  /** Who answers; without it the thread's own assistant does. */
  @IsOptional()
  @IsString()
  @MaxLength(ID_LENGTH)
  @ApiProperty({ type: 'string', nullable: true, example: ASSISTANT_ID, maxLength: ID_LENGTH, required: false })
  asst_id?: string | null;
}

export class RunDto {
  @ApiProperty({ example: 'run_0199aa0e7c1b7d0a9a550d5a3c0f8f6e' })
  run_id: string;
}

/** No assistant answers: an agent does. */
export class MessageAddedDto {
  @ApiProperty({ enum: [true] })
  success: true;
  @ApiProperty({ example: 'Message added to thread successfully!' })
  message: string;
}

export class EndChatRequestDto {
  @IsString()
  @MinLength(1)
  @MaxLength(ID_LENGTH)
  @ApiProperty({ example: THREAD_ID, maxLength: ID_LENGTH })
  thread_id: string;

  @IsOptional()
  @IsIn(END_REASONS)
  @ApiProperty({ type: 'string', enum: END_REASONS, default: 'inactive_chat', nullable: true, required: false })
  reason: EndReason = 'inactive_chat';
}

export const MESSAGE_ADDED: MessageAddedDto = { success: true, message: 'Message added to thread successfully!' };
export const ALREADY_CANCELLED: ThreadNoticeDto = { message: 'thread already cancelled' };

type ThreadSource = Pick<ChannelChat, 'id' | 'createdAt' | 'owner' | 'endReason'>;

export const mapThreadDocument = (chat: ThreadSource): ThreadDocumentDto => ({
  id: threadIdOf(chat.id),
  object: 'thread',
  created_at: Math.floor(chat.createdAt.getTime() / 1000),
  metadata: {},
  tool_resources: {},
  status: statusOf(chat),
});

export const mapThread = (chat: ThreadSource): ThreadDto =>
  Object.assign(mapThreadDocument(chat), { _id: hexOf(chat.id) });

export const mapDeletedThread = ({ id }: { id: string }): DeletedThreadDto => ({
  id: threadIdOf(id),
  object: 'thread.deleted',
  deleted: true,
});
