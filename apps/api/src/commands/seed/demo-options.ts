import { parseArgs } from 'node:util';

export interface DemoOptions {
  bots: number;
  users: number;
  chats: number;
  turns: number;
  /** How many chats the first users have; null spreads all chats over all users. */
  chatsPerUser: number[] | null;
  seed: number;
  isForced: boolean;
  isJson: boolean;
}

export const USAGE = `Usage: npm run demo:seed -- [options]

Fills the configured database (DATA_DIR or DATABASE_URL) with demo data. The server must not run on an embedded database meanwhile.

  --users N            accounts (200)
  --chats N            chats (20000)
  --turns N            questions with their answers, over all chats (200000)
  --scale F            multiplies the three, for example 0.1
  --chats-per-user L   for measuring: the first users get so many chats, for example 20000,200
  --seed N             another N makes other data (1)
  --force              also into a database that is in use
  --json               tells the result to programs
`;

const MAX_ROWS = 20_000_000;

/** Reads the command line; null for --help. Throws a sentence about options that are not valid. */
export function readOptions(args: string[]): DemoOptions | null {
  const { values } = parseArgs({
    args,
    options: {
      users: { type: 'string', default: '200' },
      chats: { type: 'string', default: '20000' },
      turns: { type: 'string', default: '200000' },
      scale: { type: 'string', default: '1' },
      'chats-per-user': { type: 'string' },
      seed: { type: 'string', default: '1' },
      force: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const scale = numberOf('scale', values.scale, /^\d+(\.\d+)?$/);
  const scaled = (name: 'users' | 'chats' | 'turns', least: number): number =>
    Math.max(least, Math.round(numberOf(name, values[name], /^\d+$/) * scale));
  const perUser = values['chats-per-user'];
  const chatsPerUser =
    perUser === undefined ? null : perUser.split(',').map((count) => numberOf('chats-per-user', count, /^\d+$/));
  const chats = chatsPerUser?.reduce((sum, count) => sum + count, 0) ?? scaled('chats', 0);
  return {
    bots: 30,
    users: Math.max(scaled('users', 1), chatsPerUser?.length ?? 1),
    chats,
    turns: Math.max(scaled('turns', 0), 0),
    chatsPerUser,
    seed: numberOf('seed', values.seed, /^\d+$/),
    isForced: values.force,
    isJson: values.json,
  };
}

function numberOf(name: string, text: string, pattern: RegExp): number {
  const number = pattern.test(text) ? Number(text) : Number.NaN;
  if (!(number <= MAX_ROWS)) throw new Error(`--${name} must be a number of at most ${MAX_ROWS}, not "${text}".`);
  return number;
}
