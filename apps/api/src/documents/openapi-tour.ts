import type { OpenAPIObject } from '@nestjs/swagger';

type OperationObject = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** Where the document says which operations to try in which order. */
export const START_HERE = 'x-start-here';

/**
 * The operations that take a body, in an order in which each finds what it needs on a new installation, with those between that give them
 * their ids. A body replaces the examples of the single fields where these do not go together.
 */
const TOUR: readonly (readonly [operationId: string, body?: object])[] = [
  ['getOpenChatBotId'],
  ['createChat'],
  ['createChatByBotCode'],
  ['createCompletion'],
  ['claimChat', { expectedEpoch: 1 }],
  ['setAgentTyping'],
  ['sendAgentMessage', { text: 'Hello, this is Ada. How can I help?' }],
  ['addChatNote', { text: 'Has asked for this before.' }],
  ['addChatWhisper', { text: 'Offer a refund.' }],
  ['setChatReadMark'],
  ['saveChatDraft'],
  ['setChatTags'],
  ['createChatView'],
  ['updateChatView'],
  ['createCannedAnswer'],
  ['updateCannedAnswer'],
  ['releaseChat', { to: 'bot' }],
  ['requestPerson', {}],
  ['setCustomerTyping'],
  ['cancelPersonRequest', {}],
  ['endTakeoverChat', {}],
  ['reopenTakeoverChat', {}],
  ['endChat', {}],
  ['reopenChat', {}],
  ['updateTakeoverPresence'],
  ['updateChatDisplayName'],
  ['createUserSystemMessage'],
  ['updateUserSystemMessage'],
  ['updateChatUserSystemMessage'],
  ['createBotFeedback'],
  ['updateChatIsFavorite'],
  ['getBotFeedback'],
  ['updateBotFeedback'],
  ['trySuccessor'],
  ['updateCurrentUser'],
  ['createApiKey'],
  ['createOpenAiService'],
  ['updateOpenAiService'],
  ['updateOpenAiServiceConnection'],
  ['updateOpenAiServicePrices'],
  ['createPrice'],
  ['replacePrices'],
  ['createBudget'],
  ['updateBudget'],
  ['createBot'],
  ['updateBot'],
  ['createBotFact'],
  ['updateBotFact'],
  ['updateBotParameters'],
  ['updateBotConfiguration'],
  ['updateAcsBotConfiguration'],
  ['updateAzureOpenAISearchBotConfiguration'],
  ['updateTakeoverPolicy'],
  ['updateWidgetSettings'],
  ['createBotTool'],
  ['updateBotTool'],
  ['dryRunBotTool'],
  ['answerSimpleChat'],
  ['openWidgetSession', { token: null }],
  ['createAssistant'],
  ['updateAssistant'],
  ['createThread'],
  ['addThreadMessage'],
  ['takeThreadOver'],
  ['addAgentMessage'],
  ['endThread'],
  ['createUser'],
  ['updateUser'],
  ['createUserApiKey'],
  ['setCurrentSystemStatus'],
  ['rotateEncryptionKeys'],
];

const BODIES = new Map(TOUR.map(([operationId, body]) => [operationId, body]));

/** The request's example as a whole, where it has one. */
export function addExample({ operationId = '', requestBody }: OperationObject): void {
  const body = BODIES.get(operationId);
  if (body === undefined || requestBody === undefined || '$ref' in requestBody) return;
  for (const media of Object.values(requestBody.content)) media.example = body;
}

export const START_HERE_TEXT =
  '**Start here.** Press *Authorize* and paste the administrator’s key. Then, each with its example as it is: `getOpenChatBotId`, ' +
  '`createChatByBotCode`, `createCompletion` with the `chatId` of that answer, `claimChat`, `sendAgentMessage`, `releaseChat`. ' +
  `\`${START_HERE}\` of this document names all operations that take a JSON body in such an order: on a new installation each works with its ` +
  'example, once ids (`0199aa0e-…`) are those of earlier answers.\n\n' +
  '**Sections.** First what customers do (Bot, Chat), then agents (Takeover), pages and channels (Widget, Console, WhatsApp, Simple chat, Threads), the ' +
  'caller’s own account (User), administration (Admin, AdminBot, AdminUser), and running the server (Statistic, Cache, System). The filter ' +
  'finds sections by their names, and operations by name, path and summary.';

export const startHere = (): string[] => TOUR.map(([operationId]) => operationId);
