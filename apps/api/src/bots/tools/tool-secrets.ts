import { BotTool } from '@app/database';
import type { SecretTable } from '../../secrets/index.js';

/** A header's value belongs to its tool and to the origin of the tool's address. */
export const headerPlaceOf = ({ id, url }: Pick<BotTool, 'id' | 'url'>, header: string): string =>
  `bot_tools/${id}/header ${header.toLowerCase()} ${originOf(url)}`;

export const originOf = (url: string | null): string => (url === null ? '' : new URL(url).origin);

export const addressPlaceOf = (toolId: string): string => `bot_tools/${toolId}/url`;

export const TOOL_SECRETS: SecretTable<BotTool> = {
  entity: BotTool,
  columns: ['url', 'sealedUrl', 'secretHeaders'],
  change: (tool, change) => ({
    sealedUrl: tool.sealedUrl === null ? null : change(tool.sealedUrl, addressPlaceOf(tool.id)),
    secretHeaders: tool.secretHeaders.map(({ name, sealed }) => ({
      name,
      sealed: change(sealed, headerPlaceOf(tool, name)),
    })),
  }),
};
