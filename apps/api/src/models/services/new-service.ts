import type { OpenAiService } from '@app/database';

export type ServiceRow = Pick<OpenAiService, keyof OpenAiService>;

/** The model of bots that name none. */
export const modelOf = ({ chosenModel, defaultModel }: OpenAiService): string | null => chosenModel ?? defaultModel;

/** A service without a connection. */
export function emptyService(id: string): ServiceRow {
  const now = new Date();
  return {
    id,
    displayName: '',
    isActive: false,
    endpoint: null,
    isAzure: false,
    isDemo: false,
    encryptedKey: null,
    extraHeaders: null,
    extraQuery: null,
    entra: null,
    dialect: 'chat_completions',
    chosenDialect: null,
    capabilities: null,
    health: null,
    defaultModel: null,
    chosenModel: null,
    maxConcurrency: null,
    queueSeconds: null,
    createdAt: now,
    updatedAt: now,
  };
}
