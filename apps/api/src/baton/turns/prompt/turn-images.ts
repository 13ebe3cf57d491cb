import type { ProviderImage } from '@app/openai';
import type { PastMessage } from './turn-history.repository.js';

/** 5 MB as base64, the most that every service takes: https://docs.anthropic.com/en/docs/build-with-claude/vision */
export const MAX_IMAGE_BYTES = 3_750_000;
/** The newest ones of a chat. */
export const MAX_IMAGES = 4;

const IMAGE_TYPES = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif']);
export const isImageType = (contentType: string): boolean => IMAGE_TYPES.has(contentType);

/** A file that the model does not read as text. */
export interface AttachedFile {
  path: string;
  createdAt: Date;
  /** Null when it cannot be shown to any model. */
  image: ProviderImage | null;
}

interface Words {
  text: string;
  images?: ProviderImage[];
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
  const images = files.flatMap(({ image }) => (image === null ? [] : [image]));
  const unread = files.filter(({ image }) => image === null).map(({ path }) => unreadLine(path));
  return { text: [...unread, text].join('\n'), ...(images.length > 0 && { images }) };
}

const unreadLine = (path: string): string => `[The customer sent the file ${path}, which you cannot read.]`;
