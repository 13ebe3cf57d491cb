import { AppError, isJsonObject } from '@app/common';
import type { ToolDraft } from '../../../bots/index.js';

/**
 * The functions of an assistant as tools of a bot. Forms send an empty function along, so one without a name is left out; everything
 * else is checked by the tools themselves.
 */
export const toolDraftsOf = (tools: readonly unknown[]): ToolDraft[] => tools.flatMap(toolDraftOf);

function toolDraftOf(tool: unknown, index: number): ToolDraft[] {
  const { type = 'function', function: given } = isJsonObject(tool) ? tool : {};
  if (type !== 'function' || !isJsonObject(given)) throw invalid(index);
  const { name, description, parameters, url } = given;
  if (name === undefined || name === null || (typeof name === 'string' && name.trim() === '')) return [];
  return [
    {
      name: name as string,
      description: (description ?? '') as string,
      ...(parameters !== undefined && parameters !== null && { parameters }),
      url: url === undefined || url === '' ? null : (url as string | null),
    },
  ];
}

const invalid = (index: number): AppError =>
  new AppError('VALIDATION_FAILED', { errors: [{ path: `tools.${index}`, message: 'must be a function' }] });
