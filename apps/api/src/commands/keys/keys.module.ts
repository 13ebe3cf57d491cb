import { AppConfigModule } from '@app/common';
import { DatabaseModule } from '@app/database';
import { Module } from '@nestjs/common';
import { EncryptionKeysModule } from '../../secrets/index.js';
import { SECRET_TABLES } from '../../secret-tables.js';

/** The rotation of the encryption keys and nothing else of the server. */
@Module({
  imports: [AppConfigModule.forRoot([]), DatabaseModule.besideServers(), EncryptionKeysModule.forRoot(SECRET_TABLES)],
})
export class KeysModule {}
