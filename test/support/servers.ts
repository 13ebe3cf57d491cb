/** The servers that a run has been given; empty when it has none. */
export const MYSQL_URL = process.env.TEST_MYSQL_URL ?? '';
export const REDIS_URL = process.env.TEST_REDIS_URL ?? '';
/** How many instances an application with a database server has. */
export const INSTANCES = Number(process.env.TEST_INSTANCES ?? 1);

/** Without Redis an instance does not tell the others who is writing, and who has come. */
export const itAcrossInstances = INSTANCES > 1 && REDIS_URL === '' ? it.skip : it;

/** For what needs a database server, like instances: they have it between them. */
export const describeOnServer = MYSQL_URL === '' ? describe.skip : describe;
export const describeWithRedis = REDIS_URL === '' ? describe.skip : describe;

/** What instances may have between them beside the database. */
export const REDIS_OR_NONE: [name: string, redisUrl: string][] = [
  ['without Redis', ''],
  ...(REDIS_URL === '' ? [] : [['with Redis', REDIS_URL] satisfies [string, string]]),
];
