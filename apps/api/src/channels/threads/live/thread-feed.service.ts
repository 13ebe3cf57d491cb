import { EventStream, type Principal } from '@app/common';
import { Injectable, type StreamableFile } from '@nestjs/common';
import { OpenStreams } from '../../../baton/index.js';
import { type ChannelChat, ChannelWatch } from '../../../chats/index.js';
import { ThreadStaffService } from '../agents/thread-staff.service.js';
import { mapThreadDocument, type ThreadChangeDto } from '../thread.dto.js';

/** Tells agents of every change of every thread, as a stream of events. */
@Injectable()
export class ThreadFeedService {
  constructor(
    private readonly staff: ThreadStaffService,
    private readonly watch: ChannelWatch,
    private readonly places: OpenStreams,
  ) {}

  /** A reader that does not keep up is let go: it connects again and reads the list. */
  async followThreads(caller: Principal): Promise<StreamableFile> {
    await this.staff.asAgent(caller);
    this.places.requireRoom();
    const stream = new EventStream();
    const notify = (operationType: ThreadChangeDto['operationType'], chat: ChannelChat): void => {
      const change: ThreadChangeDto = { operationType, fullDocument: mapThreadDocument(chat) };
      stream.send(`data: ${JSON.stringify(change)}\n\n`);
    };
    const leave = await this.watch.follow('threads', {
      changed: (chat, _events, isNew) => notify(isNew ? 'insert' : 'update', chat),
      deleted: (chat) => notify('delete', chat),
    });
    this.places.add(stream);
    stream.once('close', leave);
    return stream.asFile();
  }
}
