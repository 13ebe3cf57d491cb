import { uuidv7 } from 'uuidv7';
import type { BotRow } from './bots.repository.js';

/** An inactive bot with the given columns and the defaults of all others. */
export function newBot(known: Partial<BotRow>): BotRow {
  const now = new Date();
  return {
    id: uuidv7(),
    code: '',
    displayName: '',
    displayNameDe: '',
    displayMessage: '',
    displayMessageDe: '',
    description: '',
    descriptionDe: '',
    sampleQuestion1: '',
    sampleQuestion1De: '',
    sampleQuestion2: '',
    sampleQuestion2De: '',
    baseSystemMessage: '',
    isActive: false,
    isPublic: false,
    isStartBot: false,
    isUserSystemMessageSupported: true,
    implementationType: 'OpenAI',
    userLogins: '',
    adminLogins: '',
    contributorLogins: '',
    openAiServiceId: null,
    modelName: null,
    parameters: { temperature: null, maxOutputTokens: null },
    configuration: {},
    imageFileId: null,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
    ...known,
  };
}
