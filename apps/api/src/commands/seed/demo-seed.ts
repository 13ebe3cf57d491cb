import type { SqlRow } from '@app/database';
import type { DemoDataRepository } from './demo-data.repository.js';
import { ChatWriter, noRows, type DemoBot, type DemoChat, type DemoUser } from './demo-chats.js';
import { demoBots, priceRows, systemMessageRows, userRow } from './demo-rows.js';
import type { DemoOptions } from './demo-options.js';
import { inventPeople } from './demo-people.js';
import { Random } from './random.js';

const TURNS_PER_COMMIT = 4000;
const ANONYMOUS_SHARE = 0.04;
/** The demo user, whose key is printed, has many chats. */
const DEMO_USER_SHARE = 0.05;
const DAY_MS = 86_400_000;

export interface SeededUser {
  userId: number;
  login: string;
  role: 'user' | 'agent' | 'admin';
  chats: number;
}

export interface SeedResult {
  bots: number;
  users: number;
  chats: number;
  turns: number;
  /** Accounts whose API keys are printed. */
  named: SeededUser[];
}

/** Makes bots, users and their chats up; the same options make the same data on the same day. */
export class DemoSeed {
  private readonly random: Random;
  private readonly today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  private readonly mark: string;

  constructor(
    private readonly options: DemoOptions,
    private readonly repository: DemoDataRepository,
    private readonly report: (text: string) => void,
  ) {
    this.random = new Random(options.seed);
    this.mark = options.seed === 1 ? '' : `-${options.seed}`;
  }

  async run(): Promise<SeedResult> {
    const { options, repository, random, today } = this;
    const serviceId = await repository.findServiceId();
    const { bots, rows } = demoBots(random, serviceId, today, this.mark);
    await repository.insert(rows);
    if (serviceId !== null && !(await repository.hasPrices(serviceId)))
      await repository.insert({ price_book: priceRows(serviceId, today) });
    const { users, named } = await this.createUsers();
    const chats = this.planChats(users, bots);
    for (const entry of named) entry.chats = chats.filter(({ user }) => user?.id === entry.userId).length;
    await this.writeChats(chats, serviceId);
    return { bots: bots.length, users: users.length, chats: chats.length, turns: options.turns, named };
  }

  private async createUsers(): Promise<{ users: DemoUser[]; named: SeededUser[] }> {
    const { random, today, mark } = this;
    const staff = [
      { login: `demo-admin${mark}`, displayName: 'Ada Admin', role: 'admin' as const },
      { login: `demo-agent${mark}`, displayName: 'Alex Agent', role: 'agent' as const },
    ];
    const customers = inventPeople(random, this.options.users).map((person, index) => ({
      login: index === 0 ? `demo${mark}` : person.login.replace('@demo.', `@demo${mark}.`),
      displayName: person.displayName,
      role: 'user' as const,
    }));
    const people = [...staff, ...customers];
    const rolesOf = (role: string): string[] => (role === 'user' ? ['user'] : ['user', role]);
    await this.repository.insert({
      users: people.map(({ login, displayName, role }) => userRow(login, displayName, rolesOf(role), today)),
    });
    const ids = await this.repository.findUserIds(people.map(({ login }) => login));
    const user_system_messages: SqlRow[] = [];
    const users = customers.map(({ login, displayName }) => {
      const id = ids.get(login)!;
      const messages = systemMessageRows(random, id, today);
      user_system_messages.push(...messages);
      return { id, displayName, systemMessageIds: messages.map((message) => message.id) };
    });
    await this.repository.insert({ user_system_messages });
    const named = people
      .slice(0, staff.length + Math.max(1, this.options.chatsPerUser?.length ?? 1))
      .map(({ login, role }) => ({ userId: ids.get(login)!, login, role, chats: 0 }));
    return { users, named };
  }

  private planChats(users: DemoUser[], bots: DemoBot[]): DemoChat[] {
    const { random, options } = this;
    const chooseUser = (): DemoUser | null => {
      const share = random.next();
      if (share < ANONYMOUS_SHARE) return null;
      return share < ANONYMOUS_SHARE + DEMO_USER_SHARE ? users[0]! : random.pickPopular(users);
    };
    const owners = options.chatsPerUser
      ? options.chatsPerUser.flatMap((count, index) => Array.from({ length: count }, () => users[index]!))
      : Array.from({ length: options.chats }, chooseUser);
    const chats = owners.map((user) => ({ user, bot: random.pickPopular(bots), turns: 0 }));
    for (let turn = 0; turn < options.turns && chats.length > 0; turn++) {
      // Every chat gets one first.
      (turn < chats.length ? chats[turn]! : random.pick(chats)).turns++;
    }
    return chats;
  }

  private async writeChats(chats: DemoChat[], serviceId: string | null): Promise<void> {
    let rows = noRows();
    let written = 0;
    for (const [index, chat] of chats.entries()) {
      new ChatWriter(rows, this.random, chat, serviceId, this.today).write();
      if (rows.turns.length < TURNS_PER_COMMIT && index < chats.length - 1) continue;
      await this.repository.insert(rows);
      written += rows.turns.length;
      this.report(`${written} of ${this.options.turns} turns`);
      rows = noRows();
    }
  }
}
