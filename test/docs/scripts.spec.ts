import { readFileSync } from 'node:fs';
import { bashBlocks, pages } from './blocks.mjs';

/** Scripts that CI does not run, and why. */
const NOT_RUN: Record<string, string> = {
  'start:prod': 'npm start runs the same program, after building it',
  'start:dev': 'runs until it is stopped; npm start is the same without watching',
  format: 'writes; format:check is the same without writing',
  lock: 'asks the registry about every package; npm ci finds out whether the lock is complete',
  hooks: 'changes the clone that it runs in',
  openapi: 'check runs both of its steps',
  'test:quick': 'npm test runs the same files',
  'test:medium': 'npm test runs the same files',
  'test:e2e': 'npm test runs the same files',
  faults: 'takes hours; CI runs its suites in short forms',
  'faults:failpoints': 'faults:kill runs a few of the same places',
  'faults:deaf': 'takes minutes, until the buffers of the system are full; unit and e2e tests let single readers go',
  'faults:hour': 'takes its time to see memory grow; faults:soak looks at it in a short form',
  'faults:rolling': 'starts and ends servers for minutes; faults:shutdown ends one under everything that can be open',
  'faults:galera': 'needs three database servers, and minutes',
  'test:topologies': 'runs suites again that CI runs on one instance of each kind; takes minutes',
  fuzz: 'not yet: a run of many requests has to be clean before CI can depend on it',
  'faults:modes': 'npm test runs the same file with fewer answers that are not streamed',
  'test:model': 'npm test runs the same file with fewer runs',
};

const scripts = (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }).scripts;

/** The scripts that a shell text runs by npm. */
const calledIn = (text: string): string[] =>
  [...text.matchAll(/\bnpm (?:run (?:--silent |-s )?)?([\w:-]+)/g)]
    .map(([, name]) => name!)
    .filter((name) => name in scripts);

function reached(names: string[], seen = new Set<string>()): Set<string> {
  for (const name of names) {
    if (seen.has(name)) continue;
    seen.add(name);
    reached(calledIn(scripts[name]!), seen);
  }
  return seen;
}

describe('Scripts of package.json', () => {
  const blocks = pages().flatMap(bashBlocks);
  const documented = blocks.filter(({ notRun }) => notRun === null).flatMap(({ lines }) => calledIn(lines.join('\n')));
  const inCi = reached([...calledIn(readFileSync('.ci/run', 'utf8')), ...documented]);

  it.each(Object.keys(scripts))('%s is run in CI, or there is a reason', (name) => {
    expect(inCi.has(name) || Object.hasOwn(NOT_RUN, name)).toBe(true);
  });

  it.each(Object.keys(NOT_RUN))('%s, with a reason, is a script and not run', (name) => {
    expect([name in scripts, inCi.has(name)]).toEqual([true, false]);
  });
});

describe('Commands of the documents', () => {
  const skipped = pages()
    .flatMap(bashBlocks)
    .filter(({ notRun }) => notRun !== null);

  it('are mostly run', () => {
    expect(skipped.length).toBeLessThan(pages().flatMap(bashBlocks).length / 3);
  });

  it.each(skipped.map(({ page, line, notRun }) => [`${page}:${line}`, notRun]))(
    '%s have a reason not to be: %s',
    (_, reason) => expect(reason).toMatch(/\w+ \w+/),
  );
});
