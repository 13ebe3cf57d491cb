import { integer, nat, record } from 'fast-check';
import { at, place, steps, WorldCommand } from './command.js';

export const dies = record({ place, steps }).map(
  ({ place: which, steps: count }) =>
    new WorldCommand(
      `instance at ${which} dies`,
      count,
      (world) => world.killInstance(which),
      ({ dead, frozen }) => dead.size === 0 && !frozen.has(1 - which),
      ({ dead, frozen }) => void (dead.add(which), frozen.delete(which)),
    ),
);

export const starts = record({ place, steps }).map(
  ({ place: which, steps: count }) =>
    new WorldCommand(
      `an instance starts at ${which}`,
      count,
      (world) => world.startInstance(which),
      ({ dead }) => dead.has(which),
      ({ dead }) => void dead.delete(which),
    ),
);

export const freezes = record({ place, steps }).map(
  ({ place: which, steps: count }) =>
    new WorldCommand(
      `the instance at ${which} freezes`,
      count,
      (world) => world.instances[which]!.gate.freeze(),
      ({ dead, frozen }) => dead.size + frozen.size === 0,
      ({ frozen }) => void frozen.add(which),
    ),
);

export const thaws = record({ place, steps }).map(
  ({ place: which, steps: count }) =>
    new WorldCommand(
      `the instance at ${which} thaws`,
      count,
      (world) => world.instances[which]!.gate.thaw(),
      ({ frozen }) => frozen.has(which),
      ({ frozen }) => void frozen.delete(which),
    ),
);

/** Leases run out only while their agents do not renew them. */
export const recovers = record({ place, steps }).map(
  ({ place: first, steps: count }) =>
    new WorldCommand(
      `leases run out, the instance at ${first} sweeps`,
      count,
      async (world) => {
        await world.expireLeases();
        at(first, (instance) => world.sweep(instance))(world);
      },
      ({ dead, frozen }) => dead.size + frozen.size > 0,
    ),
);

export const polls = record({ place, steps }).map(
  ({ place: first, steps: count }) =>
    new WorldCommand(`the instance at ${first} looks around`, count, (world) =>
      at(first, (instance) => world.poll(instance))(world),
    ),
);

export const connects = record({ which: nat({ max: 2 }), place, steps }).map(
  ({ which, place: first, steps: count }) =>
    new WorldCommand(`reader ${which} connects at ${first}`, count, (world) =>
      at(first, (instance) => {
        if (!world.readers[which]!.isConnected) world.readers[which]!.connect(instance);
      })(world),
    ),
);

export const disconnects = record({ which: integer({ min: 1, max: 2 }), steps }).map(
  ({ which, steps: count }) =>
    new WorldCommand(`reader ${which} leaves`, count, (world) => world.readers[which]!.disconnect()),
);

export const waits = integer({ min: 5, max: 40 }).map(
  (count) => new WorldCommand('time passes', count, () => undefined),
);
