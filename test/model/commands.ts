import { commands } from 'fast-check';
import * as machines from './machine-commands.js';
import * as people from './people-commands.js';

const { asks, speaks, callEnds, windowEnds, claims, claimsTogether, releases, customerPasses } = people;
const { connects, disconnects, dies, freezes, polls, recovers, starts, thaws, waits } = machines;

/** Everything that may happen; what makes answers run comes more often. */
export const anyCommands = (maxCommands: number) =>
  commands(
    [
      ...often(5, asks),
      ...often(6, speaks),
      ...often(2, people.callsTools),
      ...often(2, windowEnds),
      ...often(2, claims),
      ...often(3, customerPasses),
      ...often(2, releases),
      ...often(2, people.writes),
      ...often(2, connects),
      ...often(2, recovers),
      ...often(2, waits),
      ...often(2, dies),
      ...often(2, starts),
      callEnds,
      claimsTogether,
      people.requests,
      people.stops,
      freezes,
      thaws,
      polls,
      disconnects,
    ],
    { maxCommands, size: 'max' },
  );

/** The bot speaks while the baton passes to and fro. */
export const talkativeCommands = (maxCommands: number) =>
  commands([asks, ...often(2, speaks), claims, customerPasses, waits], { maxCommands, size: 'max' });

function often<Command>(times: number, command: Command): Command[] {
  return Array.from({ length: times }, () => command);
}
