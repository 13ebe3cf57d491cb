import { Module } from '@nestjs/common';
import { SecretsService } from './secrets.service.js';

/** Encrypts what must not be readable in the database. */
@Module({ providers: [SecretsService], exports: [SecretsService] })
export class SecretsModule {}
