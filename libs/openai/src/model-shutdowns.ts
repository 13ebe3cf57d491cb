/** The day from which a model of a public service answers no more, for services whose model list does not tell. */
export interface ModelShutdown {
  /** Names as callers write them, aliases and dated snapshots. */
  models: readonly string[];
  /** ISO 8601. */
  shutdownOn: string;
  source: string;
}

const OPENAI = 'https://developers.openai.com/api/docs/deprecations';
const ANTHROPIC = 'https://platform.claude.com/docs/en/about-claude/model-deprecations';

/** Announced shutdowns of text models, by date. A model that is missing here has no announced date, or is not known. */
export const MODEL_SHUTDOWNS: readonly ModelShutdown[] = [
  {
    models: ['claude-3-5-sonnet-20240620', 'claude-3-5-sonnet-20241022'],
    shutdownOn: '2025-10-28',
    source: ANTHROPIC,
  },
  { models: ['claude-3-opus-20240229'], shutdownOn: '2026-01-05', source: ANTHROPIC },
  { models: ['claude-3-7-sonnet-20250219'], shutdownOn: '2026-02-19', source: ANTHROPIC },
  { models: ['claude-sonnet-4-20250514', 'claude-opus-4-20250514'], shutdownOn: '2026-06-15', source: ANTHROPIC },
  {
    models: [
      'gpt-5-chat-latest',
      'gpt-5-codex',
      'gpt-5.1-chat-latest',
      'gpt-5.1-codex',
      'gpt-5.1-codex-max',
      'gpt-5.1-codex-mini',
      'gpt-5.2-codex',
      'o3-deep-research',
      'o4-mini-deep-research',
    ],
    shutdownOn: '2026-07-23',
    source: OPENAI,
  },
  { models: ['claude-opus-4-1-20250805'], shutdownOn: '2026-08-05', source: ANTHROPIC },
  { models: ['gpt-5.2-chat-latest', 'gpt-5.3-chat-latest'], shutdownOn: '2026-08-10', source: OPENAI },
  {
    models: [
      'gpt-3.5-turbo',
      'gpt-3.5-turbo-0125',
      'gpt-4',
      'gpt-4-0613',
      'gpt-4-1106-preview',
      'gpt-4-turbo',
      'gpt-4-turbo-2024-04-09',
      'gpt-4o-2024-05-13',
      'gpt-4.1-nano',
      'gpt-4.1-nano-2025-04-14',
      'o1',
      'o1-2024-12-17',
      'o1-pro',
      'o1-pro-2025-03-19',
      'o3-mini',
      'o3-mini-2025-01-31',
      'o4-mini',
      'o4-mini-2025-04-16',
    ],
    shutdownOn: '2026-10-23',
    source: OPENAI,
  },
  {
    models: [
      'gpt-5',
      'gpt-5-2025-08-07',
      'gpt-5-mini',
      'gpt-5-mini-2025-08-07',
      'gpt-5-nano',
      'gpt-5-nano-2025-08-07',
      'gpt-5-pro',
      'gpt-5-pro-2025-10-06',
      'o3',
      'o3-2025-04-16',
      'o3-pro',
      'o3-pro-2025-06-10',
    ],
    shutdownOn: '2026-12-11',
    source: OPENAI,
  },
  {
    models: [
      'gpt-4o',
      'gpt-4o-2024-08-06',
      'gpt-4o-2024-11-20',
      'gpt-4o-mini',
      'gpt-4o-mini-2024-07-18',
      'gpt-4.1',
      'gpt-4.1-2025-04-14',
      'gpt-4.1-mini',
      'gpt-4.1-mini-2025-04-14',
    ],
    shutdownOn: '2027-01-14',
    source: OPENAI,
  },
  { models: ['gpt-5.1', 'gpt-5.3-codex', 'gpt-5.4-nano'], shutdownOn: '2027-04-01', source: OPENAI },
];
