import { unreadFile, type ProviderAttachment } from '@app/openai';
import type { PastMessage } from './turn-history.repository.js';

interface Shown {
  kind: ProviderAttachment['kind'];
  types: ReadonlySet<string>;
  maxBytes: number;
  /** The newest ones of a chat. */
  newest: number;
}

/**
 * What is shown to models. A picture is at most 5 MB as base64, the most that every service takes, and all of it together stays below the
 * 32 MB of a request: https://docs.anthropic.com/en/docs/build-with-claude/vision, …/build-with-claude/pdf-support
 */
const SHOWN: readonly Shown[] = [
  {
    kind: 'image',
    types: new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif']),
    maxBytes: 3_750_000,
    newest: 4,
  },
  { kind: 'document', types: new Set(['application/pdf']), maxBytes: 4_000_000, newest: 2 },
];

/** The files that are shown, with what they are shown as. `files` are oldest first. */
export const shownOf = <File extends { content_type: string; size: number }>(
  files: readonly File[],
): Map<File, ProviderAttachment['kind']> =>
  new Map(
    SHOWN.flatMap(({ kind, types, maxBytes, newest }) =>
      files
        .filter(({ content_type, size }) => types.has(content_type) && size > 0 && size <= maxBytes)
        .slice(-newest)
        .map((file) => [file, kind] as const),
    ),
  );

/** A file that the model does not read as text. */
export interface AttachedFile {
  path: string;
  createdAt: Date;
  /** Null when it cannot be shown to any model. */
  shown: ProviderAttachment | null;
}

interface Words {
  text: string;
  attachments?: ProviderAttachment[];
}

/** What was attached belongs to the first question after it. Of what the model cannot be shown, it gets the name. */
export function withAttachments(
  past: readonly PastMessage[],
  question: string,
  attached: readonly AttachedFile[],
): { past: PastMessage[]; question: Words } {
  const byMessage = new Map<PastMessage | null, AttachedFile[]>();
  for (const file of attached) {
    const message = past.find(({ author, createdAt }) => author === 'customer' && createdAt >= file.createdAt) ?? null;
    byMessage.set(message, [...(byMessage.get(message) ?? []), file]);
  }
  return {
    past: past.map((message) => ({ ...message, ...wordsWith(message.text, byMessage.get(message)) })),
    question: wordsWith(question, byMessage.get(null)),
  };
}

function wordsWith(text: string, files: readonly AttachedFile[] = []): Words {
  const attachments = files.flatMap(({ shown }) => (shown === null ? [] : [shown]));
  const unread = files.filter(({ shown }) => shown === null).map(({ path }) => unreadFile(path));
  return { text: [...unread, text].join('\n'), ...(attachments.length > 0 && { attachments }) };
}
