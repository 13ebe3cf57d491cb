import { explain } from '../../server/explain.js';

// Loaded only now: reading the configuration may fail, and that must end in a sentence.
await import('./rotate-keys.js')
  .then(({ rotateKeys }) => rotateKeys(process.argv.slice(2)))
  .catch((error: unknown) => {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = 1;
  });
