import { MODEL_CAPABILITIES, MODEL_DIALECTS, SUPPORT, type Support } from '@app/contracts';
import type { DatedFinding, OpenAiService } from '@app/database';
import { ApiProperty } from '@nestjs/swagger';
import type { ProbeRecord } from './probe-record.js';

const LINES = [...MODEL_DIALECTS, ...MODEL_CAPABILITIES] as const;
type LineName = (typeof LINES)[number];

const TIME = { example: '2026-03-01T12:00:00.000Z', format: 'date-time' } as const;

export class MatrixLineDto {
  /** A dialect, or something that a dialect may support. */
  @ApiProperty({ enum: LINES, example: 'jsonSchema' })
  name: LineName;

  @ApiProperty({ enum: SUPPORT, example: 'no' })
  support: Support;

  /** Why it is not `yes`: what the service said, without secrets. */
  @ApiProperty({ example: 'The answer did not follow the schema.', type: 'string', nullable: true })
  reason: string | null;

  /** What follows for bots of the service. */
  @ApiProperty({ example: 'Answers cannot be bound to a JSON schema.' })
  meaning: string;

  /** When this was found out: earlier than the last probe if that could not settle it. */
  @ApiProperty({ ...TIME, type: 'string', nullable: true })
  foundAt: string | null;
}

/** What a service can do, as its probes found it. */
export class ServiceMatrixDto {
  /** When the service was probed last; null where only an earlier version of the server has probed it. */
  @ApiProperty({ ...TIME, type: 'string', nullable: true })
  probedAt: string | null;

  /** The model that was spoken to. Others of the service may differ. */
  @ApiProperty({ example: 'example-model', type: 'string', nullable: true })
  modelName: string | null;

  @ApiProperty({ type: [MatrixLineDto] })
  lines: MatrixLineDto[];

  /** Milliseconds until the first text of a streamed answer. */
  @ApiProperty({ example: 310, type: 'integer', nullable: true })
  firstTokenMs: number | null;

  /** The longest conversation, in tokens of the model, if the service tells. */
  @ApiProperty({ example: 400000, type: 'integer', nullable: true })
  contextTokens: number | null;

  /** How many models the service listed last; null when it has no list. */
  @ApiProperty({ example: 42, type: 'integer', nullable: true })
  modelCount: number | null;
}

type Meanings = Record<Support, string>;

const dialect = (name: string): Meanings => ({
  yes: `The service continues conversations over ${name}.`,
  no: `The service cannot be spoken to over ${name}.`,
  unknown: `Whether the service speaks ${name} is not known; it makes no difference as long as another format works.`,
});

/** For bots, line by line. */
const MEANINGS: Record<LineName, Meanings> = {
  responses: dialect('Responses'),
  chat_completions: dialect('Chat Completions'),
  anthropic_messages: dialect('Anthropic Messages'),
  streaming: {
    yes: 'Customers see answers while they are written.',
    no: 'Customers wait for the whole answer.',
    unknown: 'Answers are asked for as streams.',
  },
  streamingUsage: {
    yes: 'Tokens and costs are those that the service counts.',
    no: 'Tokens and costs of streamed answers are estimates.',
    unknown: 'Tokens and costs are those that the service counts, where it tells, and estimates otherwise.',
  },
  history: {
    yes: 'Bots remember what was said in the chat.',
    no: 'Chats cannot be continued.',
    unknown: 'Chats are continued with their history.',
  },
  tools: {
    yes: 'Bots can call tools, and the model can ask for an agent.',
    no: 'Bots with tools cannot use the service.',
    unknown: 'Tools are offered to the model.',
  },
  forcedTools: {
    yes: 'The model can be made to call a tool.',
    no: 'The model decides by itself whether it calls a tool. Bots only need that.',
    unknown: 'Bots do not need it: the model decides whether it calls a tool.',
  },
  parallelTools: {
    yes: 'The model can call several tools at once.',
    no: 'Several tools are called one after the other, which takes more rounds.',
    unknown: 'Several calls at once are understood if they come.',
  },
  jsonSchema: {
    yes: 'Answers can be bound to a JSON schema.',
    no: 'Answers cannot be bound to a JSON schema.',
    unknown: 'Whether answers can be bound to a JSON schema is tried when it is asked for.',
  },
  images: {
    yes: 'Pictures are accepted. What the model sees in them was not judged.',
    no: 'Pictures are refused.',
    unknown: 'Whether pictures are accepted is tried when there is one.',
  },
};

const NOT_PROBED = 'Not probed yet.';

export function mapMatrix({ matrix, model, models, probedAt }: ProbeRecord): ServiceMatrixDto {
  const found: Partial<Record<LineName, DatedFinding>> = { ...matrix.endpoints, ...matrix.capabilities };
  return {
    probedAt: probedAt.toISOString(),
    modelName: model,
    lines: LINES.map((name) => lineOf(name, found[name])),
    firstTokenMs: matrix.firstTokenMs,
    contextTokens: matrix.contextTokens,
    modelCount: models?.length ?? null,
  };
}

/** What versions without a matrix have stored: true meant that nothing spoke against it. */
export function mapOldCapabilities({ capabilities, dialect: spoken, health }: OpenAiService): ServiceMatrixDto | null {
  if (capabilities === null) return null;
  const foundAt = health?.checkedAt ?? null;
  const flags: Partial<Record<LineName, unknown>> = { ...capabilities, [spoken]: true, history: true };
  return {
    probedAt: null,
    modelName: null,
    lines: LINES.map((name) => {
      const flag = flags[name];
      if (typeof flag !== 'boolean') return lineOf(name, undefined);
      const support = flag ? 'yes' : 'no';
      return { name, support, reason: null, meaning: MEANINGS[name][support], foundAt };
    }),
    firstTokenMs: null,
    contextTokens: null,
    modelCount: null,
  };
}

const lineOf = (name: LineName, finding: DatedFinding | undefined): MatrixLineDto => ({
  name,
  support: finding?.support ?? 'unknown',
  reason: finding === undefined ? NOT_PROBED : finding.reason,
  meaning: MEANINGS[name][finding?.support ?? 'unknown'],
  foundAt: finding?.foundAt ?? null,
});
