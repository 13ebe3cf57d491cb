import { constantFrom, integer, nat, record, tuple } from 'fast-check';
import { agent, at, flag, place, steps, WorldCommand } from './command.js';
import { AGENTS } from './world.js';

/** At most so many steps pass until the model service is called. A bot that gets no messages says nothing. */
const LONGEST_WAIT = 25;

export const asks = record({
  place,
  steps,
  wantsStream: flag,
  isRepeated: nat({ max: 5 }).map((n) => n === 0),
  wantsPerson: nat({ max: 9 }).map((n) => n === 0),
}).map(
  (ask) =>
    new WorldCommand(`the customer asks at ${ask.place} (${JSON.stringify(ask)})`, ask.steps, (world) =>
      at(ask.place, (instance) => world.ask(instance, ask))(world),
    ),
);

export const speaks = record({
  which: nat({ max: 3 }),
  words: integer({ min: 1, max: 3 }),
  isFlushed: flag,
  steps,
}).map(
  ({ which, words, isFlushed, steps: count }) =>
    new WorldCommand(`the bot says ${words} words${isFlushed ? ', the window ends' : ''}`, count, async (world) => {
      for (let waited = 0; waited < LONGEST_WAIT && world.openCalls().length === 0; waited++) await world.step(1);
      const calls = world.openCalls();
      calls[which % calls.length]?.speak(words);
      await world.step(0);
      if (isFlushed) world.surroundings.advanceTime(world.surroundings.config.turns.commitWindowMs);
    }),
);

export const callEnds = record({
  how: constantFrom('complete', 'fail', 'askForPerson'),
  steps,
} as const).map(
  ({ how, steps: count }) =>
    new WorldCommand(`a call ends: ${how}`, count, (world) => {
      world.openCalls()[0]?.[how as 'complete']();
    }),
);

export const callsTools = steps.map(
  (count) => new WorldCommand('the bot calls its tools', count, (world) => world.openCalls()[0]?.callTools()),
);

export const windowEnds = steps.map(
  (count) =>
    new WorldCommand('a commit window ends', count, (world) =>
      world.surroundings.advanceTime(world.surroundings.config.turns.commitWindowMs),
    ),
);

const customer = { kind: 'customer' as const, id: null, name: 'Guest' };
const actorOf = ({ id, name }: { id: number; name: string }) => ({ kind: 'agent' as const, id: String(id), name });

export const requests = record({ place, steps }).map(
  ({ place: first, steps: count }) =>
    new WorldCommand(`the customer wishes for a person at ${first}`, count, (world) =>
      at(first, (instance) =>
        world.pass(instance, { transition: 'request', reason: 'customer_request', actor: customer }),
      )(world),
    ),
);

export const claims = record({ place, agent, steps, isExact: flag, discards: nat({ max: 4 }).map((n) => n === 0) }).map(
  (claim) =>
    new WorldCommand(`${claim.agent.name} takes over at ${claim.place}`, claim.steps, async (world) => {
      const expectedEpoch = claim.isExact ? await world.epoch() : null;
      const runningAnswer = claim.discards ? 'discard' : 'keep';
      const by = { agent: claim.agent, actor: actorOf(claim.agent), expectedEpoch, runningAnswer } as const;
      at(claim.place, (instance) => world.pass(instance, { transition: 'claim', reason: 'agent_takeover', ...by }))(
        world,
      );
    }),
);

export const claimsTogether = record({ places: tuple(place, place), steps }).map(
  ({ places, steps: count }) =>
    new WorldCommand(`both take over, at ${places.join(' and ')}`, count, (world) =>
      AGENTS.forEach((each, index) =>
        at(places[index]!, (instance) =>
          world.pass(instance, {
            transition: 'claim',
            reason: 'agent_takeover',
            agent: each,
            actor: actorOf(each),
          }),
        )(world),
      ),
    ),
);

export const releases = record({
  place,
  agent,
  steps,
  isSupervised: flag,
  transition: constantFrom('release', 'release', 'requeue', 'transfer', 'end'),
} as const).map(
  (release) =>
    new WorldCommand(`${release.agent.name}: ${release.transition}`, release.steps, (world) =>
      at(release.place, (instance) =>
        world.pass(instance, {
          transition: release.transition,
          reason: 'agent_release',
          actor: actorOf(release.agent),
          agent: release.transition === 'transfer' ? AGENTS[2 - release.agent.id] : null,
          onlyIfClaimedBy: release.isSupervised ? null : release.agent.id,
        }),
      )(world),
    ),
);

export const customerPasses = record({
  place,
  steps,
  how: constantFrom('reopen', 'reopen', 'release', 'release', 'release', 'end'),
} as const).map(
  ({ place: first, steps: count, how }) =>
    new WorldCommand(`the customer: ${how}`, count, (world) =>
      at(first, (instance) =>
        world.pass(instance, {
          transition: how,
          reason: how === 'end' ? 'customer_end' : 'customer_request',
          actor: customer,
        }),
      )(world),
    ),
);

export const writes = record({
  place,
  agent,
  steps,
  kind: constantFrom('message', 'note', 'whisper'),
  isRepeated: flag,
} as const).map(
  (write) =>
    new WorldCommand(`${write.agent.name} writes a ${write.kind}`, write.steps, (world) =>
      at(write.place, (instance) => world.write(instance, write.agent, write.kind, write.isRepeated))(world),
    ),
);

export const stops = record({ place, steps }).map(
  ({ place: first, steps: count }) =>
    new WorldCommand(`the customer stops the answer at ${first}`, count, (world) =>
      at(first, (instance) => world.stopTurn(instance))(world),
    ),
);
