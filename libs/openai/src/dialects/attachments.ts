import type { ProviderAttachment, ProviderConnection, ProviderItem, ProviderRequest } from '../provider.types.js';

type Kind = ProviderAttachment['kind'];

interface Rules {
  /** Whether the service may take it; it can still refuse. */
  isTakenBy: (connection: ProviderConnection) => boolean;
  /** In place of what a model is not shown: one line, so that it can say so. */
  unread: (name: string) => string;
  tokens: (attachment: ProviderAttachment) => number;
}

/** Compatible services elsewhere may pass over a document in silence, and the model would not know of it. */
const READS_DOCUMENTS = /^([a-z]+\.)?api\.openai\.com$|^api\.anthropic\.com$/;
const BYTES_PER_STEP = 100_000;
const TOKENS_PER_STEP = 1500;
/** What is large is large for its pictures. */
const MOST_TOKENS_OF_DOCUMENT = 8000;

const RULES: Readonly<Record<Kind, Rules>> = {
  image: {
    isTakenBy: ({ capabilities }) => capabilities.images,
    unread: (name) => `[The customer sent the picture ${name}, which you cannot see.]`,
    // Services count 85 to 1,600 by its size: https://docs.anthropic.com/en/docs/build-with-claude/vision#calculate-image-costs
    tokens: () => 1600,
  },
  document: {
    isTakenBy: ({ isAzure, baseUrl }) => isAzure || READS_DOCUMENTS.test(new URL(baseUrl).hostname),
    unread: (name) => `[The customer sent the file ${name}, which you cannot read.]`,
    // Services count its pages, which only they know.
    tokens: ({ dataUrl }) =>
      Math.min(Math.ceil((dataUrl.length * 3) / 4 / BYTES_PER_STEP) * TOKENS_PER_STEP, MOST_TOKENS_OF_DOCUMENT),
  },
};

/** In the order in which a refusal is taken to be about them: pictures are files as well. */
export const ATTACHMENT_KINDS: readonly Kind[] = ['image', 'document'];

/** Names for what may stand in the list of omitted fields: a kind in every request, and in this one alone. */
export const everywhere = (kind: Kind): string => `${kind}s`;
export const once = (kind: Kind): string => `${kind}s_once`;

export const isLasting = (omitted: string): boolean => !ATTACHMENT_KINDS.some((kind) => once(kind) === omitted);

/** Whether the service is sent attachments of the kind. */
export const takesAttachments = (connection: ProviderConnection, kind: Kind): boolean =>
  RULES[kind].isTakenBy(connection);

/** What a model is told of a file that it cannot read. */
export const unreadFile = (name: string): string => RULES.document.unread(name);

/** What attachments count for in our windows: a picture 1,600 tokens, a document 1,500 for every 100 kB begun, at most 8,000. */
export const attachmentTokens = (attachments: readonly ProviderAttachment[] = []): number =>
  attachments.reduce((sum, attachment) => sum + RULES[attachment.kind].tokens(attachment), 0);

const isLeftOut = (kind: Kind, omitted: readonly string[]): boolean =>
  omitted.includes(everywhere(kind)) || omitted.includes(once(kind));

/** Whether a request shows any attachment of the kind. */
export const shows = (
  { items, connection }: Pick<ProviderRequest, 'items' | 'connection'>,
  kind: Kind,
  omitted: readonly string[],
): boolean =>
  RULES[kind].isTakenBy(connection) &&
  !isLeftOut(kind, omitted) &&
  items.some((item) => item.type === 'message' && item.attachments?.some((attachment) => attachment.kind === kind));

/** The conversation as a service gets it: with what it takes, and a line for everything else. */
export function withShownAttachments(request: ProviderRequest, omitted: readonly string[]): ProviderItem[] {
  const shown = ATTACHMENT_KINDS.filter((kind) => shows(request, kind, omitted));
  return request.items.map((item) => {
    if (item.type !== 'message' || !item.attachments) return item;
    const { attachments, ...message } = item;
    const taken = attachments.filter(({ kind }) => shown.includes(kind));
    const unread = attachments.filter(({ kind }) => !shown.includes(kind));
    const text = [...unread.map(({ kind, name }) => RULES[kind].unread(name)), message.text].join('\n');
    return { ...message, text, ...(taken.length > 0 && { attachments: taken }) };
  });
}
