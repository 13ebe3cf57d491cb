import { AppConfig } from '@app/common';
import { Module } from '@nestjs/common';
import { DemoService } from './demo/demo.service.js';
import { OPENAI_PROVIDER_OPTIONS, OpenAiProvider, type OpenAiProviderOptions } from './openai-provider.js';

@Module({
  providers: [
    {
      provide: OPENAI_PROVIDER_OPTIONS,
      inject: [AppConfig],
      useFactory: ({ provider }: AppConfig): OpenAiProviderOptions => ({
        headersTimeoutMs: provider.idleTimeoutMs,
        bodyIdleTimeoutMs: provider.idleTimeoutMs,
        proxy: provider.proxy,
      }),
    },
    OpenAiProvider,
    DemoService,
  ],
  exports: [OpenAiProvider, DemoService],
})
export class OpenAiModule {}
