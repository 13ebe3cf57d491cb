import { ROLES } from '@app/common';
import { isDuplicate } from '@app/database';
import { Injectable } from '@nestjs/common';
import { describeApiKey } from './api-keys/api-keys.service.js';
import { UsersRepository } from './users.repository.js';
import { newUser } from './users.service.js';

/** An account without the role may already have the first of them. */
const LOGINS = ['admin', ...Array.from({ length: 8 }, (_, index) => `admin-${index + 2}`)];

/** The administrator that a server without one gives itself. */
@Injectable()
export class FirstAdminService {
  constructor(private readonly users: UsersRepository) {}

  /** The id of the oldest administrator, or null when there is none. */
  async find(): Promise<number | null> {
    return (await this.users.findFirstAdmin())?.id ?? null;
  }

  /**
   * Creates the administrator, with an API key if one is given. Instances that start together all try; the unique login decides, and
   * the losers get null.
   */
  async create(key: { text: string; name: string } | null): Promise<number | null> {
    for (const login of LOGINS) {
      try {
        const described = key === null ? null : describeApiKey(key.text, key.name);
        return await this.users.insertWithKey(newUser(login, 'Administrator', ROLES), described);
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        if ((await this.find()) !== null) return null;
      }
    }
    throw new Error(`There is no administrator, and other accounts have the logins ${LOGINS.join(', ')}.`);
  }
}
