import { Module } from '@nestjs/common';
import { DemoService } from './demo/demo.service.js';
import { OpenAiProvider } from './openai-provider.js';

@Module({ providers: [OpenAiProvider, DemoService], exports: [OpenAiProvider, DemoService] })
export class OpenAiModule {}
