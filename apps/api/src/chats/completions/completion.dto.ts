import { inLanguage, type Language, MaxLength } from '@app/common';
import type { TurnMetaData, TurnStatus } from '@app/database';
import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsString, MinLength } from 'class-validator';
import type { TurnOutcome } from '../../baton/index.js';
import type { BotProfile } from '../../bots/index.js';
import { fileAddresses } from '../files/chat-file.dto.js';

const ID = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';
export const MAX_MESSAGE_LENGTH = 32_000;

export class ChatCompletionRequestDto {
  /** The user's message. */
  @IsString()
  @MinLength(1)
  @MaxLength(MAX_MESSAGE_LENGTH)
  @ApiProperty({ example: 'Hello, what can you do?' })
  userMessage: string;

  /** Answers without the earlier messages of the chat. */
  @IsOptional()
  @IsBoolean()
  @ApiProperty({ required: false, default: false })
  ignoreChatHistory: boolean = false;

  /** Keeps the chat out of the user's history; ignored unless the caller is an administrator of the bot. */
  @IsOptional()
  @IsBoolean()
  @ApiProperty({ required: false, default: false })
  isAdminChat: boolean = false;

  /** Answers with `traceLog`: the request to the model; ignored unless the caller is an administrator of the bot. */
  @IsOptional()
  @IsBoolean()
  @ApiProperty({ required: false, default: false })
  isTraceLogEnabled: boolean = false;
}

export class InformationSource {
  @ApiProperty({ example: 'handbook' })
  id: string;
  @ApiProperty({ example: 'handbook.pdf' })
  fileName: string;
  /** A download of the chat, or a page of the web; absent for a file that the model service keeps. */
  @ApiProperty({ example: `/api/chats/${ID}/downloads/handbook.pdf`, required: false })
  url?: string;
  /** Absent if unknown. */
  @ApiProperty({ example: 'en', required: false })
  language?: string;
  /** For downloads of the chat only. */
  @ApiProperty({ example: `/api/chats/${ID}/tickets`, required: false })
  createTicketUrl?: string;
}

export class ChatCompletionMetaData {
  /** `interrupted`: the answer is incomplete; `human`: an agent answers in the chat. */
  @ApiProperty({ type: [String], example: [] })
  tags: string[];
  @ApiProperty({ type: [InformationSource], example: [] })
  sources: InformationSource[];
}

export class ChatCompletionResponseDto {
  @ApiProperty({ example: ID })
  completionId: string;
  @ApiProperty({ example: ID })
  chatId: string;
  @ApiProperty({ example: 'Hello, what can you do?' })
  userMessage: string;
  @ApiProperty({ example: 'I answer questions.' })
  assistantMessage: string;
  @ApiProperty({ type: 'integer', example: 12 })
  promptTokens: number;
  @ApiProperty({ type: 'integer', example: 5 })
  completionTokens: number;
  @ApiProperty({ type: 'integer', example: 17 })
  totalTokens: number;
  @ApiProperty({ example: ID })
  botId: string;
  @ApiProperty({ example: 'Welcome' })
  botDisplayName: string;
  @ApiProperty({ example: 'Ask me anything.' })
  botDisplayMessage: string;
  @ApiProperty({ example: 'The first bot of this server.' })
  botDescription: string;
  @ApiProperty({ example: 'Hello, what can you do?' })
  chatDisplayName: string;
  metaData: ChatCompletionMetaData;
  /** JSON text; null unless requested. */
  @ApiProperty({ type: 'string', nullable: true, example: null })
  traceLog: string | null;
}

export const botTexts = (bot: BotProfile, language: Language) => ({
  botId: bot.id,
  botDisplayName: inLanguage(bot.displayName, language),
  botDisplayMessage: inLanguage(bot.displayMessage, language),
  botDescription: inLanguage(bot.description, language),
});

export const metaDataOf = (
  chatId: string,
  status: TurnStatus,
  metaData: TurnMetaData | null,
): ChatCompletionMetaData => ({
  tags: status === 'interrupted' ? ['interrupted'] : status === 'superseded' ? ['human'] : [],
  sources: [
    ...(metaData?.sources ?? []).map(({ id, path }) => ({
      id,
      fileName: path.slice(path.lastIndexOf('/') + 1),
      ...fileAddresses(chatId, path),
    })),
    ...(metaData?.citations ?? []).map(({ title, url }) => ({
      id: url ?? title,
      fileName: title,
      ...(url !== null && { url }),
    })),
  ],
});

export function mapCompletion(outcome: TurnOutcome, bot: BotProfile, language: Language): ChatCompletionResponseDto {
  const { usage } = outcome;
  return {
    completionId: outcome.turnId,
    chatId: outcome.chatId,
    userMessage: outcome.userMessage,
    assistantMessage: outcome.text,
    promptTokens: usage.inputTokens,
    completionTokens: usage.outputTokens,
    totalTokens: usage.inputTokens + usage.outputTokens,
    ...botTexts(bot, language),
    chatDisplayName: outcome.chatDisplayName,
    metaData: metaDataOf(outcome.chatId, outcome.status, outcome.metaData),
    traceLog: outcome.trace && JSON.stringify(outcome.trace),
  };
}
