import type { OpenAPIObject } from '@nestjs/swagger';

type OperationObject = NonNullable<OpenAPIObject['paths'][string]['get']>;

const FIRST_SENTENCE = /^(.+?)[.](?:\s+(?=[\p{Lu}`])(.*))?$/su;

/** Divides a handler's comment into the summary, which is shown without Markdown, and the description. */
export function divideComment(operation: OperationObject): void {
  const [first = '', ...paragraphs] = (operation.summary ?? '').split(/\n\s*\n/).map(joinLines);
  const [, sentence = first, rest = ''] = FIRST_SENTENCE.exec(first) ?? [];
  operation.summary = sentence.replaceAll('`', '');
  const description = [rest, ...paragraphs, operation.description ?? '', wordsOfRoles(operation)]
    .filter(Boolean)
    .join('\n\n');
  if (description !== '') operation.description = description;
}

/** What stands for the same everywhere is said once, here. */
export function describeParameters({ parameters = [] }: OperationObject): void {
  for (const parameter of parameters)
    if ('name' in parameter) parameter.description ??= PARAMETERS[`${parameter.in} ${parameter.name}`];
}

/** The roles that the token needs, which Swagger UI does not show by itself. */
function wordsOfRoles({ security = [] }: OperationObject): string {
  const roles = new Set(security.flatMap((requirement) => Object.values(requirement).flat()));
  if (roles.has('agent')) return 'Needs the role `agent` or `admin`.';
  return roles.has('admin') ? 'Needs the role `admin`.' : '';
}

const joinLines = (text: string): string => text.trim().replace(/\s*\n\s*/g, ' ');

const PARAMETERS: Record<string, string> = {
  'path botId': 'A bot, by its id: `GET /api/bots` lists those that you may use.',
  'path botCode': 'A bot, by its code, such as `welcome`.',
  'path startBotId': 'A start bot, by its id: `GET /api/bots/startbots` lists them.',
  'path chatId': 'A chat, by the id that `POST /api/chats` answered.',
  'path completionId': 'A question with its answer, by its id in the chat.',
  'path openAiServiceId': 'A model service, by its id: `GET /api/admin/openAiServices` lists them.',
  'path userId': 'An account, by its number: `GET /api/admin/users` lists them.',
  'path userSystemMessageId': 'A saved system message, by its id.',
  'path threadId': 'A thread, by the id that `POST /create_thread` answered.',
  'path assistantId': 'A bot, by its id in the threads API: `GET /chatbots` lists them.',
  'path keepFavorites': 'Whether favourite chats stay.',
  'path botFactId': 'A fact, by its id: `GET /api/admin/bots/{botId}/facts` lists them.',
  'path feedbackId': 'Feedback, by its id: `GET /api/admin/bots/{botId}/feedback` lists it.',
  'path priceId': 'A price, by its id: `GET /api/admin/prices` lists them.',
  'path budgetId': 'A budget, by its id: `GET /api/admin/budgets` lists them.',
  'path cannedAnswerId': 'A canned answer, by its id: `GET /api/takeover/cannedAnswers` lists them.',
  'path viewId': 'A saved view, by its id: `GET /api/takeover/views` lists them.',
  'path sessionId': 'A session, by its id: `GET /api/users/current/sessions` lists them.',
  'path botToolId': 'A tool, by its id: `GET /api/admin/bots/{botId}/tools` lists them.',
  'path apiKeyId': 'An API key, by its id; the key itself is shown only once.',
  'path outboxId': 'A message to be sent, by its id: `GET /api/admin/whatsapp/outbox` lists them.',
  'path isStopAllBots': 'Whether the bots are to be stopped.',
  'path systemMessageId': 'A saved system message, by its id.',
  'path userSystemPromptId': 'A saved system message, by its id.',
  'query BotId': 'Only this bot.',
  'path fileName': 'As the page names it.',
  'path code': 'Why the thread ends; unknown reasons count as `inactive_chat`.',
  'query assistant_id': 'A bot, by its id in the threads API, such as `asst_` and its id without hyphens.',
  'query PageNumber': 'From 1.',
  'query PageSize': 'How many items a page has at most.',
};
