import type { Bot } from '@app/database';
import type { AdminUpdateBotRequestDto, TermValueDto } from './bot-request.dto.js';

type Fields = Partial<Bot>;

/** What a request says about a bot, as columns. What it does not mention is not there; null empties. */
export function mapBotFields(dto: AdminUpdateBotRequestDto): Fields {
  const fields: Fields = {
    ...term('displayName', dto.displayNameTv),
    ...term('displayMessage', dto.displayMessageTv),
    ...term('description', dto.descriptionTv),
    ...term('sampleQuestion1', dto.sampleQuestion1Tv),
    ...term('sampleQuestion2', dto.sampleQuestion2Tv),
    baseSystemMessage: dto.baseSystemMessage === null ? '' : dto.baseSystemMessage,
    isActive: dto.isActive ?? undefined,
    isPublic: dto.isPublic ?? undefined,
    userLogins: textOf(dto.userLogins),
    adminLogins: textOf(dto.adminLogins),
    contributorLogins: textOf(dto.contributorLogins),
    openAiServiceId: dto.openAiServiceId === undefined ? undefined : textOf(dto.openAiServiceId) || null,
    modelName: dto.modelName === undefined ? undefined : textOf(dto.modelName) || null,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

const textOf = (text: string | null | undefined): string | undefined => (text === null ? '' : text?.trim());

function term(field: keyof Bot, given: TermValueDto | null | undefined): Fields {
  if (given === undefined) return {};
  return { [field]: textOf(given?.value ?? '') ?? '', [`${field}De`]: textOf(given?.valueDe ?? '') ?? '' };
}
