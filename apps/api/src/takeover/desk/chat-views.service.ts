import { AppError, notFound, type Principal } from '@app/common';
import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { agentOf } from '../commands/agent.js';
import type { ChatViewDto, ChatViewsDto, SaveViewRequestDto } from './desk.dto.js';
import { DeskRepository } from './desk.repository.js';

const VIEWS_PER_AGENT = 100;
const MAX_FILTERS_LENGTH = 4000;

/** Filters of the list of chats that an agent has given a name. */
@Injectable()
export class ChatViewsService {
  constructor(private readonly desk: DeskRepository) {}

  async list(caller: Principal): Promise<ChatViewsDto> {
    const views = await this.desk.findViews(agentOf(caller).id);
    return { items: views.map(({ id, name, filters }) => ({ viewId: id, name, filters })) };
  }

  async create(caller: Principal, dto: SaveViewRequestDto): Promise<ChatViewDto> {
    const { id: userId } = agentOf(caller);
    const { name, filters } = contentOf(dto);
    const view = { id: uuidv7(), userId, name, filters, createdAt: new Date() };
    if (!(await this.desk.insertView(view, VIEWS_PER_AGENT)))
      throw new AppError('CONFLICT', { detail: `An agent has at most ${VIEWS_PER_AGENT} views.` });
    return { viewId: view.id, name, filters };
  }

  async update(caller: Principal, viewId: string, dto: SaveViewRequestDto): Promise<ChatViewDto> {
    const content = contentOf(dto);
    if (!(await this.desk.updateView(agentOf(caller).id, viewId, content))) throw notFound('The view');
    return { viewId, ...content };
  }

  async delete(caller: Principal, viewId: string): Promise<void> {
    if (!(await this.desk.deleteView(agentOf(caller).id, viewId))) throw notFound('The view');
  }
}

function contentOf({ name, filters }: SaveViewRequestDto): { name: string; filters: Record<string, unknown> } {
  if (JSON.stringify(filters).length <= MAX_FILTERS_LENGTH) return { name: name.trim(), filters };
  const message = `filters may have at most ${MAX_FILTERS_LENGTH} characters as JSON`;
  throw new AppError('VALIDATION_FAILED', { errors: [{ path: 'filters', message }] });
}
