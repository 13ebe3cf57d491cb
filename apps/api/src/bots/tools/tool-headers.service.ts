import { AppError } from '@app/common';
import type { BotTool } from '@app/database';
import { Injectable } from '@nestjs/common';
import { SecretsService } from '../../secrets/index.js';
import type { ToolHeaderDto } from './bot-tool.dto.js';
import { headerPlaceOf, originOf } from './tool-secrets.js';

type Place = Pick<BotTool, 'id' | 'url'>;

/** The secret headers of tools. A value belongs to its tool and to the origin of the tool's address, and opens nowhere else. */
@Injectable()
export class ToolHeadersService {
  constructor(private readonly secrets: SecretsService) {}

  /** The headers of a tool that is changed to `place`. What is given without a value keeps the stored one, while the origin stays. */
  seal(place: Place, given: ToolHeaderDto[] | null | undefined, before: BotTool | null): BotTool['secretHeaders'] {
    const stored = before !== null && originOf(before.url) === originOf(place.url) ? this.renewed(before) : [];
    if (given === undefined || given === null) return stored;
    return given.map(({ name, value }, index) => {
      if (value !== undefined && value !== null)
        return { name, sealed: this.secrets.seal(value, headerPlaceOf(place, name)) };
      const kept = stored.find((header) => header.name.toLowerCase() === name.toLowerCase());
      if (kept === undefined) throw missing(index);
      return { name, sealed: kept.sealed };
    });
  }

  isReadable(tool: BotTool, name: string): boolean {
    return this.openOne(tool, name) !== null;
  }

  /** The headers in plain text; null when one of them cannot be read. */
  open(tool: BotTool): Record<string, string> | null {
    const opened = tool.secretHeaders.map(({ name }) => [name, this.openOne(tool, name)] as const);
    return opened.some(([, value]) => value === null) ? null : (Object.fromEntries(opened) as Record<string, string>);
  }

  private renewed(tool: BotTool): BotTool['secretHeaders'] {
    return tool.secretHeaders.map(({ name, sealed }) => ({
      name,
      sealed: this.secrets.renew(sealed, headerPlaceOf(tool, name)),
    }));
  }

  private openOne(tool: BotTool, name: string): string | null {
    const header = tool.secretHeaders.find((each) => each.name === name);
    return header === undefined ? null : this.secrets.open(header.sealed, headerPlaceOf(tool, name));
  }
}

const missing = (index: number): AppError =>
  new AppError('VALIDATION_FAILED', {
    errors: [{ path: `secretHeaders.${index}.value`, message: 'value is needed: none is stored for this address' }],
  });
