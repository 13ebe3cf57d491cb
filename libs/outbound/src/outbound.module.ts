import { AppConfig } from '@app/common';
import { Module } from '@nestjs/common';
import { OutboundClient } from './outbound-client.js';

@Module({
  providers: [
    { provide: OutboundClient, inject: [AppConfig], useFactory: (config: AppConfig) => new OutboundClient(config) },
  ],
  exports: [OutboundClient],
})
export class OutboundModule {}
