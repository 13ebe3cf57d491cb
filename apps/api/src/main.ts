import { explain } from './explain.js';

function giveUp(error: unknown): never {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}

process.on('unhandledRejection', giveUp);
process.on('uncaughtException', giveUp);

// Loaded only now: reading the configuration may fail, and that must end in a sentence.
await import('./start.js').then(({ start }) => start()).catch(giveUp);
