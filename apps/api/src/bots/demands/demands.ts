import type { BotParameters } from '@app/database';

interface DemandRow {
  /** The line of the service's matrix that must not be `no`. */
  capability: 'tools' | 'jsonSchema';
  /** What the service would have to support. */
  what: string;
  advice: string;
}

/** What a bot may ask of its service, and what to do when the service is known not to have it. */
export const DEMANDS = {
  tools: {
    capability: 'tools',
    what: 'tools',
    advice: 'choose another service or model, or switch the tools of the bot off',
  },
  jsonAnswers: {
    capability: 'jsonSchema',
    what: 'answers in JSON of a given schema',
    advice: 'choose another service or model, or remove answerSchema, or the schema in extraBody',
  },
} as const satisfies Record<string, DemandRow>;
export type Demand = keyof typeof DEMANDS;

const isSchema = (value: unknown): boolean => (value as { type?: unknown } | null | undefined)?.type === 'json_schema';

/** What the parameters ask for: beside the parameter of its own, Responses and Anthropic Messages have their own places for the schema of an answer. */
export function demandsOf({ answerSchema, extraBody }: BotParameters): Demand[] {
  const { text, output_config: output } = (extraBody ?? {}) as Record<string, { format?: unknown } | null | undefined>;
  return answerSchema || [text?.format, output?.format].some(isSchema) ? ['jsonAnswers'] : [];
}
