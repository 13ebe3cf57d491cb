import module from 'node:module';
import { explain } from './explain.js';

// Keeps compiled code for the next start, a quarter faster then; Node 20 does not have it.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();

function giveUp(error: unknown): never {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}

process.on('unhandledRejection', giveUp);
process.on('uncaughtException', giveUp);

// Loaded only now: reading the configuration may fail, and that must end in a sentence.
await import('./start.js').then(({ start }) => start()).catch(giveUp);
