import { AppError, ANONYMOUS } from '@app/common';
import { StreamableFile } from '@nestjs/common';
import { ChatCompletionRequestDto } from '../../apps/api/src/chats/completions/completion.dto.js';
import type { Instance } from './instance.js';

export interface Question {
  text: string;
  wantsStream: boolean;
  /** Hashes of an Idempotency-Key and of the request. */
  idempotency: { requestKey: string; requestHash: string };
}

/** What the caller was told in the end. */
export type Reply =
  | { kind: 'answered'; text: string; isHandedOver: boolean }
  | { kind: 'refused'; code: string }
  | { kind: 'broken'; detail: string };

/** A customer's request: one message, answered whole or as a stream. */
export class AskedQuestion {
  reply: Reply | null = null;

  constructor(
    readonly question: Question,
    readonly instance: Instance,
    chatId: string,
  ) {
    this.ask(chatId).then(
      (reply) => (this.reply = reply),
      (error: unknown) =>
        (this.reply =
          error instanceof AppError
            ? { kind: 'refused', code: error.code }
            : { kind: 'broken', detail: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  }

  private async ask(chatId: string): Promise<Reply> {
    const { text: userMessage, wantsStream, idempotency } = this.question;
    const dto = Object.assign(new ChatCompletionRequestDto(), { userMessage });
    const options = { wantsStream, idempotency, position: null, language: 'en' as const };
    const answer = await this.instance.completions.createCompletion(ANONYMOUS, chatId, dto, options);
    if (answer instanceof StreamableFile) return readStream(answer);
    const isHandedOver = answer.metaData.tags.includes('human');
    return { kind: 'answered', text: answer.assistantMessage, isHandedOver };
  }
}

async function readStream(file: StreamableFile): Promise<Reply> {
  let frames = '';
  for await (const chunk of file.getStream()) frames += String(chunk);
  const events = frames
    .split('\n\n')
    .map((frame) => ({ type: /^event: (.*)$/m.exec(frame)?.[1], json: /^data: (.*)$/m.exec(frame)?.[1] }))
    .filter((event): event is { type: string; json: string } => event.json !== undefined);
  let shown = '';
  let text: string | null = null;
  for (const { type, json } of events) {
    const data = JSON.parse(json) as { offset: number; text: string; data: { text: string } };
    if (type === 'message.completed') text = data.data.text;
    if (type !== 'message.delta') continue;
    if (text !== null) return { kind: 'broken', detail: 'A delta came after the message was complete.' };
    if (data.offset !== shown.length)
      return { kind: 'broken', detail: `A delta at ${data.offset} of ${shown.length}.` };
    shown += data.text;
  }
  const last = events.at(-1);
  if (last?.type !== 'turn.ended') return { kind: 'broken', detail: `The stream ended with ${last?.type}.` };
  const { status } = JSON.parse(last.json) as { status?: string };
  if (status === 'handed_over') return { kind: 'answered', text: '', isHandedOver: true };
  if (text !== null && shown !== '' && shown !== text)
    return { kind: 'broken', detail: `The stream showed "${shown}" of "${text}".` };
  return { kind: 'answered', text: text ?? '', isHandedOver: false };
}
