import { Module } from '@nestjs/common';
import { InboxRepository } from './inbox.repository.js';
import { MailRetentionService } from './mail-retention.service.js';
import { OutboxLettersRepository } from './outbox-letters.repository.js';
import { OutboxProjectionRepository } from './outbox-projection.repository.js';
import { OutboxRepository } from './outbox.repository.js';

const PROVIDERS = [
  InboxRepository,
  MailRetentionService,
  OutboxLettersRepository,
  OutboxProjectionRepository,
  OutboxRepository,
];

/**
 * For channels that receive and send by messages of their own: the inbox, the outbox, and what moves messages through them. A channel
 * builds its {@link InboxWorker}, {@link OutboxProjector} and {@link OutboxSender} and says what is particular about it.
 */
@Module({ providers: PROVIDERS, exports: PROVIDERS })
export class MailModule {}
