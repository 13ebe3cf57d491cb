import { assert, asyncModelRun, asyncProperty, check, scheduler } from 'fast-check';
import { CheckThenWriteChunks, StaleEpochOwnership } from './broken-fences.js';
import type { Model } from './command.js';
import { anyCommands, talkativeCommands } from './commands.js';
import { expectGoodEnd } from './promises.js';
import { openSurroundings } from './surroundings.js';
import { REAL_FENCES, World, type Fences, type Surroundings } from './world.js';

/** How often; `npm run test:model` does it 10,000 times. */
const RUNS = Number(process.env['MODEL_RUNS'] ?? 500);
const COMMANDS = 60;
/** A broken fence is noticed in a few dozen runs. */
const BROKEN_RUNS = 3000;
const LONGEST_RUN_MS = 1000;

describe('the baton, whatever happens in whatever order', () => {
  let surroundings: Surroundings & { close(): Promise<void> };
  beforeAll(async () => {
    surroundings = await openSurroundings();
  });
  afterAll(() => surroundings.close());

  const keepsItsPromises = (fences: Fences, someCommands = anyCommands) =>
    asyncProperty(scheduler(), someCommands(COMMANDS), async (order, commands) => {
      const world = await World.create(surroundings, order, fences);
      const model: Model = { dead: new Set(), frozen: new Set() };
      try {
        await asyncModelRun(() => ({ model, real: world }), commands);
        await world.finish();
        await expectGoodEnd(world);
      } finally {
        await world.forget();
      }
    });

  it(
    `keeps every promise in ${RUNS} runs`,
    () => assert(keepsItsPromises(REAL_FENCES), { numRuns: RUNS, unbiased: true }),
    RUNS * LONGEST_RUN_MS,
  );

  it.each<[string, Partial<Fences>, RegExp]>([
    [
      'looks before it writes',
      { chunks: (...parts) => new CheckThenWriteChunks(...parts) },
      /the bot's text of epoch \d+ was stored in epoch \d+/,
    ],
    [
      'does not raise the epoch',
      { ownership: (...parts) => new StaleEpochOwnership(...parts) },
      /did not raise the epoch/,
    ],
  ])(
    'notices a fence that %s',
    async (_, broken, fault) => {
      const property = keepsItsPromises({ ...REAL_FENCES, ...broken }, talkativeCommands);
      const { failed, errorInstance } = await check(property, {
        numRuns: BROKEN_RUNS,
        unbiased: true,
        endOnFailure: true,
      });
      expect(failed).toBe(true);
      expect(String(errorInstance)).toMatch(fault);
    },
    BROKEN_RUNS * LONGEST_RUN_MS,
  );
});
