import { FakeProvider } from './fake-provider.mjs';

/** Runs the fake by itself: `node serve.mjs [port]` prints its base URL and answers until it is stopped. */
const fake = new FakeProvider();
process.stdout.write(`${await fake.start(Number(process.argv[2] ?? 0))}\n`);
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    void fake.stop();
  });
}
