import { AppConfig, StartupBanner } from '@app/common';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { join } from 'node:path';
import { ApiKeysService, generateApiKey, FirstAdminService } from '../users/index.js';
import { AdminKeyFile } from './admin-key-file.js';

const FILE_NAME = 'admin-api-key';
const IN_MEMORY = ':memory:';

/**
 * Ensures that the server has an administrator. The configured ADMIN_API_KEY always belongs to an administrator, and replaces
 * the one configured before. Without it, the first start makes a key, shows it once and keeps it in the data folder.
 */
@Injectable()
export class AdminBootstrapService implements OnApplicationBootstrap {
  private readonly logger = new Logger('Auth');

  constructor(
    private readonly config: AppConfig,
    private readonly admins: FirstAdminService,
    private readonly keys: ApiKeysService,
    private readonly banner: StartupBanner,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const configured = this.config.auth.adminApiKey;
    if (configured !== null) await this.configure(configured);
    else if ((await this.admins.find()) === null) await this.createWithNewKey();
    else this.tellWhereKeyIs();
  }

  private async configure(key: string): Promise<void> {
    if (!/^[\x21-\x7e]+$/.test(key)) throw new Error('ADMIN_API_KEY must consist of visible ASCII characters.');
    const adminId = (await this.admins.find()) ?? (await this.admins.create(null)) ?? (await this.admins.find());
    if (adminId !== null) await this.keys.configure(adminId, key);
  }

  /** At every start: the one that made the key may have ended before anyone read its words. */
  private tellWhereKeyIs(): void {
    const file = this.file();
    if (file?.exists) this.banner.add('Admin key', () => `the first start's, kept in ${file.path}`);
  }

  private file(): AdminKeyFile | null {
    const { dataDir } = this.config.database;
    return dataDir === IN_MEMORY ? null : new AdminKeyFile(join(dataDir, FILE_NAME));
  }

  /** The key is kept before it is used: a start that is cut off in between goes on with the same one the next time. */
  private async createWithNewKey(): Promise<void> {
    const file = this.file();
    const key = file === null ? generateApiKey() : await this.chooseKey(file);
    if (key === null) return;
    if ((await this.admins.create({ text: key, name: 'first start' })) !== null) {
      this.logger.log('An administrator was created.');
      this.banner.add('Admin key', () => (file === null ? key : `${key} (shown once; kept in ${file.path})`));
    } else if (file !== null && !(await this.keys.isKnown(key))) {
      // Another instance has created the administrator, with the key in its own folder.
      file.remove();
    }
  }

  /** Null when another instance has used the key in the folder by now. */
  private async chooseKey(file: AdminKeyFile): Promise<string | null> {
    const kept = file.read();
    if (kept !== null) {
      if (!(await this.keys.isKnown(kept))) return kept;
      if ((await this.admins.find()) !== null) return null;
      // Of an administrator who is none any more.
      file.remove();
    }
    return file.keep(generateApiKey());
  }
}
