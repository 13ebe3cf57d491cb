import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { FirstModelService } from '../../models/index.js';
import { BotsRepository } from './bots.repository.js';
import { BotsService } from './bots.service.js';
import { newBot } from './new-bot.js';

/** Gives a new server a bot to talk to: public, open to callers without an account, and on the default service. */
@Injectable()
export class BotsBootstrapService implements OnApplicationBootstrap {
  constructor(
    private readonly bots: BotsRepository,
    private readonly profiles: BotsService,
    private readonly firstService: FirstModelService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (await this.bots.hasAny()) return;
    await this.firstService.ensure();
    const bot = newBot(WELCOME);
    if (await this.bots.insertFirst(bot)) await this.profiles.changed(bot.id);
  }
}

const WELCOME = {
  code: 'welcome',
  displayName: 'Welcome',
  displayNameDe: 'Willkommen',
  displayMessage: 'Hello! What can I do for you?',
  displayMessageDe: 'Hallo! Was kann ich für Sie tun?',
  description: 'Answers questions of every kind.',
  descriptionDe: 'Beantwortet Fragen aller Art.',
  sampleQuestion1: 'What can you do?',
  sampleQuestion1De: 'Was können Sie?',
  sampleQuestion2: 'Can I talk to a person?',
  sampleQuestion2De: 'Kann ich mit einem Menschen sprechen?',
  baseSystemMessage:
    'You are a friendly and helpful assistant. Answer in the language of the question, briefly and truthfully. Say so when you do not know something.',
  isActive: true,
  isPublic: true,
};
