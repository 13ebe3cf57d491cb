import module from 'node:module';
import { explain } from './server/explain.js';

// Keeps compiled code for the next start, a quarter faster then; Node 20 does not have it.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();

function giveUp(why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(1);
}

/** The state of the process is unknown now: it ends, and its supervisor starts a new one. */
const crash = (error: unknown): never =>
  giveUp(`Unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
process.on('unhandledRejection', crash);
process.on('uncaughtException', crash);

// What cannot be printed is lost (a full disk, a closed pipe): it is no reason to end.
for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);

// Loaded only now: reading the configuration may fail, and that must end in a sentence.
await import('./server/start.js').then(({ start }) => start()).catch((error: unknown) => giveUp(explain(error)));
