import { AppConfig, parseEnvironment } from '@app/common';
import { Global, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { FakeProvider } from '../../../test/support/fake-provider/fake-provider.mjs';
import { OpenAiModule } from './openai.module.js';
import { OpenAiProvider } from './openai-provider.js';
import { defaultCapabilities } from './probe/probe-requests.js';

@Global()
@Module({
  providers: [
    { provide: AppConfig, useValue: new AppConfig(parseEnvironment({ PROVIDER_IDLE_TIMEOUT_SECONDS: '1' })) },
  ],
  exports: [AppConfig],
})
class ImpatientConfigModule {}

describe('OpenAiModule', () => {
  const fake = new FakeProvider();

  beforeAll(() => fake.start());
  afterAll(() => fake.stop());

  it.each([
    ['before its answer', '[[hang]]'],
    ['in the middle of its answer', '[[stall=3]]'],
  ])('gives up a model service that is silent %s for PROVIDER_IDLE_TIMEOUT_SECONDS', async (_when, text) => {
    const module = await Test.createTestingModule({ imports: [ImpatientConfigModule, OpenAiModule] }).compile();
    const request = {
      connection: {
        baseUrl: fake.baseUrl,
        apiKey: null,
        isAzure: false,
        dialect: 'responses' as const,
        capabilities: defaultCapabilities(),
      },
      model: 'fake-large',
      instructions: 'Be brief.',
      items: [{ type: 'message' as const, role: 'user' as const, text }],
      tools: [],
      temperature: null,
      maxOutputTokens: null,
    };
    const read = async (): Promise<void> => {
      for await (const event of module.get(OpenAiProvider).stream(request, new AbortController().signal)) void event;
    };
    await expect(read()).rejects.toMatchObject({ code: 'PROVIDER_TIMEOUT' });
    await module.close();
  });
});
