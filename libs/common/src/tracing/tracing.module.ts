import { Global, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { Tracing } from './tracing.js';

/** Nothing of it is loaded while no collector is configured. */
async function openTracing({ tracing }: AppConfig): Promise<Tracing> {
  if (tracing === null) return new Tracing();
  const { OtlpTracing } = await import('./otlp-tracing.js');
  const logger = new Logger('Tracing');
  return new OtlpTracing(tracing, (failure) => {
    if (failure === null) logger.log('The collector takes traces again.');
    else logger.warn({ failure }, 'The collector does not take traces; some will be missing.');
  });
}

@Global()
@Module({ providers: [{ provide: Tracing, inject: [AppConfig], useFactory: openTracing }], exports: [Tracing] })
export class TracingModule implements OnApplicationShutdown {
  constructor(private readonly tracing: Tracing) {}

  async onApplicationShutdown(): Promise<void> {
    await this.tracing.stop();
  }
}
