/**
 * The usual way to write such a service: NestJS, a validated DTO, a chat loaded by `findOne` with its relations, messages pushed and
 * stored by `save`, the `openai` package. (With Fastify below, which is quicker than the usual Express.)
 */
import { Body, Controller, HttpCode, Inject, Injectable, Module, Param, Post, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { getRepositoryToken, TypeOrmModule } from '@nestjs/typeorm';
import { IsString, MaxLength } from 'class-validator';
import OpenAI from 'openai';
import { EntitySchema } from 'typeorm';

const HISTORY = 20;
const manyToOne = (target) => ({ type: 'many-to-one', target, joinColumn: true, nullable: false });
const primary = { type: 'uuid', primary: true, generated: 'uuid' };
const createdAt = { type: 'datetime', precision: 3, createDate: true };

const OpenAiService = new EntitySchema({
  name: 'OpenAiService',
  columns: { id: primary, endpoint: { type: 'varchar' }, key: { type: 'varchar' }, model: { type: 'varchar' } },
});
const Bot = new EntitySchema({
  name: 'Bot',
  columns: { id: primary, displayName: { type: 'varchar' }, systemMessage: { type: 'text' } },
  relations: { service: manyToOne('OpenAiService') },
});
const Chat = new EntitySchema({
  name: 'Chat',
  columns: {
    id: primary,
    displayName: { type: 'varchar' },
    createdAt,
    lastAccessedAt: { type: 'datetime', precision: 3, updateDate: true },
  },
  relations: {
    bot: manyToOne('Bot'),
    messages: { type: 'one-to-many', target: 'Message', inverseSide: 'chat', cascade: true },
  },
});
const Message = new EntitySchema({
  name: 'Message',
  columns: { id: primary, author: { type: 'varchar' }, text: { type: 'text' }, createdAt },
  relations: { chat: { ...manyToOne('Chat'), inverseSide: 'messages' } },
  indices: [{ name: 'ix_message_chat', columns: ['chat', 'createdAt'] }],
});
const Usage = new EntitySchema({
  name: 'Usage',
  columns: {
    id: primary,
    model: { type: 'varchar' },
    inputTokens: { type: 'int' },
    outputTokens: { type: 'int' },
    createdAt,
  },
  relations: { chat: manyToOne('Chat'), message: manyToOne('Message') },
});
const ENTITIES = [OpenAiService, Bot, Chat, Message, Usage];

class CompletionRequestDto {}
decorate([IsString(), MaxLength(32_000)], CompletionRequestDto.prototype, 'userMessage');

class CompletionsService {
  constructor(chats, messages, usages) {
    Object.assign(this, { chats, messages, usages });
  }

  async complete(chatId, userMessage) {
    const chat = await this.chats.findOneOrFail({
      where: { id: chatId },
      relations: { messages: true, bot: { service: true } },
      order: { messages: { createdAt: 'ASC' } },
    });
    chat.messages.push(this.messages.create({ author: 'user', text: userMessage }));
    await this.chats.save(chat);
    const { endpoint, key, model } = chat.bot.service;
    const openai = new OpenAI({ baseURL: endpoint, apiKey: key });
    const completion = await openai.chat.completions.create({
      model,
      messages: [
        { role: 'system', content: chat.bot.systemMessage },
        ...chat.messages.slice(-HISTORY - 1).map(({ author, text }) => ({ role: author, content: text })),
      ],
    });
    const text = completion.choices[0].message.content;
    const answer = this.messages.create({ author: 'assistant', text });
    chat.messages.push(answer);
    chat.lastAccessedAt = new Date();
    await this.chats.save(chat);
    await this.usages.save(
      this.usages.create({
        chat: { id: chatId },
        message: { id: answer.id },
        model,
        inputTokens: completion.usage.prompt_tokens,
        outputTokens: completion.usage.completion_tokens,
      }),
    );
    return { completionId: answer.id, chatId, userMessage, assistantMessage: text };
  }
}
decorate([Injectable()], CompletionsService);
[Chat, Message, Usage].forEach((entity, index) => {
  Inject(getRepositoryToken(entity))(CompletionsService, undefined, index);
});

class CompletionsController {
  constructor(completions) {
    this.completions = completions;
  }

  createCompletion(chatId, dto) {
    return this.completions.complete(chatId, dto.userMessage);
  }
}
decorate([Controller('api/chats')], CompletionsController);
Inject(CompletionsService)(CompletionsController, undefined, 0);
Param('chatId')(CompletionsController.prototype, 'createCompletion', 0);
Body()(CompletionsController.prototype, 'createCompletion', 1);
Reflect.defineMetadata(
  'design:paramtypes',
  [String, CompletionRequestDto],
  CompletionsController.prototype,
  'createCompletion',
);
decorate([Post(':chatId/completions'), HttpCode(200)], CompletionsController.prototype, 'createCompletion');

class AppModule {}
decorate(
  [
    Module({
      imports: [
        TypeOrmModule.forRoot({
          type: 'mariadb',
          url: process.env.DATABASE_URL,
          entities: ENTITIES,
          synchronize: true,
          poolSize: 20,
          retryAttempts: 1,
        }),
        TypeOrmModule.forFeature(ENTITIES),
      ],
      controllers: [CompletionsController],
      providers: [CompletionsService],
    }),
  ],
  AppModule,
);

function decorate(decorators, target, key) {
  const descriptor = key === undefined ? undefined : Object.getOwnPropertyDescriptor(target, key);
  for (const decorator of decorators.toReversed()) decorator(target, key, descriptor);
}

/** Chats with a history like those of the other variants. */
async function seed(app, count) {
  const repository = (entity) => app.get(getRepositoryToken(entity));
  const service = await repository(OpenAiService).save({
    endpoint: process.env.PROVIDER_URL,
    key: 'test',
    model: 'fake-large',
  });
  const bot = await repository(Bot).save({ displayName: 'Bench', systemMessage: 'You are helpful.', service });
  const chats = Array.from({ length: count }, (_, index) => ({
    id: crypto.randomUUID(),
    displayName: `Chat ${index}`,
    bot,
  }));
  for (let from = 0; from < count; from += 100) {
    const some = chats.slice(from, from + 100);
    await repository(Chat).insert(some);
    const text = (index) => `Message ${index} of a chat that has been going on for some time.`;
    const messages = some.flatMap((chat) =>
      Array.from({ length: HISTORY }, (_, index) => ({
        chat,
        author: index % 2 === 0 ? 'user' : 'assistant',
        text: text(index),
      })),
    );
    await repository(Message).insert(messages);
  }
  return chats.map(({ id }) => id);
}

const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: ['error'] });
app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true }));
const chatIds = await seed(app, Number(process.env.CHATS));
await app.listen(0, '127.0.0.1');
process.stdout.write(`${app.getHttpServer().address().port} ${JSON.stringify(chatIds)}\n`);
