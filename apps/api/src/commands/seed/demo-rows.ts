import { toSqlTime, type SqlRow } from '@app/database';
import { uuidv7 } from 'uuidv7';
import { START_BOTS, TOPICS, type DemoTopic } from './demo-bots.js';
import { DEMO_MODELS, type DemoBot } from './demo-chats.js';
import { SYSTEM_MESSAGES } from './demo-people.js';
import type { Random } from './random.js';

const YEAR_MS = 365 * 86_400_000;
/** A bot that has been deleted; its chats still show its name. */
const DELETED_BOT = TOPICS.length - 1;

export interface DemoContent {
  bots: DemoBot[];
  rows: Record<string, SqlRow[]>;
}

/** The bots, with their members, facts and prices. `mark` tells several demo data sets in one database apart. */
export function demoBots(random: Random, serviceId: string | null, today: number, mark: string): DemoContent {
  const openedAt = today - YEAR_MS;
  const at = toSqlTime(new Date(openedAt));
  const bots = TOPICS.map((topic) => ({ id: random.idAt(openedAt), topic }));
  const rows = {
    bots: bots.map((bot, index) => botRow(bot, index, serviceId, at, mark)),
    bot_links: START_BOTS.flatMap(({ start, from, to }) =>
      bots.slice(from, to + 1).map((member, index) => ({
        start_bot_id: bots[start]!.id,
        bot_id: member.id,
        is_default_bot: index === 0,
        keywords: member.topic.keywords,
        created_at: at,
      })),
    ),
    bot_facts: bots.slice(START_BOTS.length).flatMap((bot) =>
      factsOf(bot.topic).map((fact) => ({
        id: random.idAt(openedAt),
        bot_id: bot.id,
        is_active: true,
        fact_text: JSON.stringify(fact),
        created_at: at,
        updated_at: at,
      })),
    ),
  };
  return { bots, rows };
}

const factsOf = ({ subject }: DemoTopic): string[] => [
  `The department for ${subject} answers by phone between nine and twelve.`,
  `Questions about ${subject} are answered within two working days.`,
];

function botRow({ id, topic }: DemoBot, index: number, serviceId: string | null, at: string, mark: string): SqlRow {
  const isStartBot = START_BOTS.some(({ start }) => start === index);
  const isDeleted = index === DELETED_BOT;
  return {
    id,
    code: isDeleted ? `deleted-${id}` : `${topic.code}${mark}`,
    display_name: topic.name,
    display_name_de: topic.nameDe,
    display_message: `Hello! I know about ${topic.subject}.`,
    display_message_de: `Guten Tag! Ich kenne mich aus, wenn es um ${topic.subjectDe} geht.`,
    description: `Answers questions about ${topic.subject}.`,
    description_de: `Beantwortet Fragen rund um ${topic.subjectDe}.`,
    sample_question1: `What do I need to know about ${topic.subject}?`,
    sample_question1_de: `Was muss ich über ${topic.subjectDe} wissen?`,
    sample_question2: 'Can I talk to a person about this?',
    sample_question2_de: 'Kann ich darüber mit einem Menschen sprechen?',
    base_system_message: JSON.stringify(`You answer questions about ${topic.subject}, briefly and truthfully.`),
    is_active: !isDeleted,
    is_public: true,
    is_start_bot: isStartBot,
    is_user_system_message_supported: true,
    implementation_type: isStartBot ? 'StartBot' : 'OpenAI',
    user_logins: '',
    admin_logins: '',
    contributor_logins: '',
    openai_service_id: isDeleted ? null : serviceId,
    model_name: null,
    parameters: JSON.stringify({ temperature: null, maxOutputTokens: null }),
    configuration: '{}',
    image_file_id: null,
    created_at: at,
    updated_at: at,
    deleted_at: isDeleted ? at : null,
  };
}

export const userRow = (login: string, displayName: string, roles: string[], today: number): SqlRow => ({
  login,
  subject: null,
  display_name: displayName,
  roles: JSON.stringify(roles),
  terms_accepted_at: toSqlTime(new Date(today)),
  is_keep_chat_history: true,
  keep_chat_history_for_days: 0,
  is_keep_favorites_forever: true,
  created_at: toSqlTime(new Date(today - YEAR_MS)),
});

export const systemMessageRows = (random: Random, userId: number, today: number) => {
  const createdAt = today - YEAR_MS;
  return SYSTEM_MESSAGES.slice(0, random.between(1, SYSTEM_MESSAGES.length)).map(([name, text]) => ({
    id: random.idAt(createdAt),
    user_id: userId,
    display_name: name,
    system_message: JSON.stringify(text),
    created_at: toSqlTime(new Date(createdAt)),
    updated_at: toSqlTime(new Date(createdAt)),
  }));
};

/** The last model stays without a price. */
export const priceRows = (serviceId: string, today: number): SqlRow[] =>
  DEMO_MODELS.slice(0, -1).map((model, index) => ({
    id: uuidv7(),
    service_id: serviceId,
    model,
    valid_from: toSqlTime(new Date(0)),
    valid_until: null,
    input_nano: index === 0 ? 2_500_000_000 : 250_000_000,
    cached_nano: index === 0 ? 1_250_000_000 : 25_000_000,
    cache_write_nano: index === 0 ? 2_500_000_000 : 250_000_000,
    output_nano: index === 0 ? 10_000_000_000 : 2_000_000_000,
    source: 'demo data',
    updated_at: toSqlTime(new Date(today)),
  }));
