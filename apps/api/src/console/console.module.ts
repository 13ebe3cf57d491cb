import { Module } from '@nestjs/common';
import { ConsoleController } from './console.controller.js';

/** Serves the web application in which agents work. Its program is in `apps/console` and uses the API like every other client. */
@Module({ controllers: [ConsoleController] })
export class ConsoleModule {}
