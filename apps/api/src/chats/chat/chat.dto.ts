import { IdField, inLanguage, type Language, MAX_ID_LENGTH, MaxLength, PagingResultOf } from '@app/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import type { BotProfile } from '../../bots/index.js';
import type { ChatSummary } from '../lists/chat-lists.repository.js';
import type { StoredChat, StoredCompletion } from './chats.repository.js';
import { botTexts, ChatCompletionMetaData, metaDataOf } from '../completions/completion.dto.js';

const ID = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';
export class ChatCreateRequestDto {
  @IdField()
  @ApiProperty({ example: ID, maxLength: MAX_ID_LENGTH })
  botId: string;
}

export class ChatCreateByBotCodeRequestDto {
  @IsString()
  @MaxLength(140)
  @ApiProperty({ example: 'welcome' })
  botCode: string;
}

export class ChatCreateResponseDto {
  @ApiProperty({ example: ID })
  chatId: string;
  @ApiProperty({ example: ID })
  botId: string;
  @ApiProperty({ example: 'Welcome' })
  botDisplayName: string;
  @ApiProperty({ example: 'Ask me anything.' })
  botDisplayMessage: string;
  @ApiProperty({ example: 'The first bot of this server.' })
  botDescription: string;
  @ApiProperty({ example: 'What can you do?' })
  botSampleQuestion1: string;
  @ApiProperty({ example: 'How do I connect a model?' })
  botSampleQuestion2: string;
  @ApiProperty({ example: true })
  isUserSystemMessageSupported: boolean;
}

export class GetChatResponseCompletionDto {
  @ApiProperty({ example: ID })
  completionId: string;
  @ApiProperty({ example: 'Hello, what can you do?' })
  userMessage: string;
  /** The text so far, while the bot is still answering. */
  @ApiProperty({ example: 'I answer questions.' })
  assistantMessage: string;
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-11-21T09:00:00.000Z' })
  createdUtc: string;
  metaData: ChatCompletionMetaData;
}

export class GetChatResponseDto {
  @ApiProperty({ example: ID })
  chatId: string;
  @ApiProperty({ example: 'Hello, what can you do?' })
  displayName: string;
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-11-21T09:00:00.000Z' })
  createdUtc: string;
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-11-21T09:00:00.000Z' })
  lastAccessedUtc: string;
  @ApiProperty({ example: ID })
  botId: string;
  @ApiProperty({ example: 'Welcome' })
  botDisplayName: string;
  @ApiProperty({ example: 'Ask me anything.' })
  botDisplayMessage: string;
  @ApiProperty({ example: 'The first bot of this server.' })
  botDescription: string;
  @ApiProperty({ example: 'What can you do?' })
  botSampleQuestion1: string;
  @ApiProperty({ example: 'How do I connect a model?' })
  botSampleQuestion2: string;
  /** The newest 500, oldest first; older ones are in the chat's events. */
  @ApiProperty({ type: [GetChatResponseCompletionDto] })
  completions: GetChatResponseCompletionDto[];
  @ApiProperty({ example: false })
  isFavorite: boolean;
  @ApiProperty({ example: true })
  isUserSystemMessageSupported: boolean;
  @ApiProperty({ type: 'string', nullable: true, example: null })
  userSystemMessageId: string | null;
  @ApiProperty({ type: 'string', nullable: true, example: null })
  userSystemMessageDisplayName: string | null;
}

export class GetOpenChatBotIdResponseDto {
  /** Null when there is no open bot. */
  @ApiProperty({ type: 'string', nullable: true, example: ID })
  openChatBotId: string | null;
  /** Whether the open bot can be used without an account. */
  @ApiProperty({ example: true })
  isPublic: boolean;
}

export class GetChatsResponseItemDto {
  @ApiProperty({ example: ID })
  chatId: string;
  @ApiProperty({ example: 'Hello, what can you do?' })
  displayName: string;
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-11-21T09:00:00.000Z' })
  lastAccessedUtc: string;
  @ApiProperty({ example: ID })
  botId: string;
  @ApiProperty({ example: 'Welcome' })
  botDisplayName: string;
  @ApiProperty({ type: 'string', nullable: true, example: null })
  userSystemMessageId: string | null;
  @ApiProperty({ type: 'string', nullable: true, example: null })
  userSystemMessageDisplayName: string | null;
  @ApiProperty({ example: false })
  isFavorite: boolean;
}

export class GetChatsResponseItemDtoPagingResult extends PagingResultOf(GetChatsResponseItemDto) {}

export const mapCreatedChat = (chatId: string, bot: BotProfile, language: Language): ChatCreateResponseDto => ({
  chatId,
  ...botTexts(bot, language),
  botSampleQuestion1: inLanguage(bot.sampleQuestion1, language),
  botSampleQuestion2: inLanguage(bot.sampleQuestion2, language),
  isUserSystemMessageSupported: bot.isUserSystemMessageSupported,
});

export const mapChat = (
  chat: StoredChat,
  bot: BotProfile,
  completions: StoredCompletion[],
  language: Language,
): GetChatResponseDto => ({
  chatId: chat.id,
  displayName: chat.displayName,
  createdUtc: chat.createdAt.toISOString(),
  lastAccessedUtc: chat.lastAccessedAt.toISOString(),
  ...botTexts(bot, language),
  botSampleQuestion1: inLanguage(bot.sampleQuestion1, language),
  botSampleQuestion2: inLanguage(bot.sampleQuestion2, language),
  completions: completions.map(({ turnId, userMessage, assistantMessage, createdAt, status, metaData }) => ({
    completionId: turnId,
    userMessage,
    assistantMessage,
    createdUtc: createdAt.toISOString(),
    metaData: metaDataOf(chat.id, status, metaData),
  })),
  isFavorite: chat.isFavorite,
  isUserSystemMessageSupported: bot.isUserSystemMessageSupported,
  userSystemMessageId: chat.userSystemMessageId,
  userSystemMessageDisplayName: chat.userSystemMessageDisplayName,
});

export const mapChatSummary = (chat: ChatSummary, language: Language): GetChatsResponseItemDto => ({
  chatId: chat.id,
  displayName: chat.displayName,
  lastAccessedUtc: chat.lastAccessedAt.toISOString(),
  botId: chat.botId,
  botDisplayName: inLanguage({ value: chat.botDisplayName, valueDe: chat.botDisplayNameDe }, language),
  userSystemMessageId: chat.userSystemMessageId,
  userSystemMessageDisplayName: chat.userSystemMessageDisplayName,
  isFavorite: chat.isFavorite,
});
