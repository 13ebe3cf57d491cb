/** The fake provider as a process of its own; it prints its base URL. All variants speak Chat Completions to it. */
import { FakeProvider } from '../support/fake-provider/fake-provider.mjs';

const fake = new FakeProvider({ dialects: ['chat_completions'], journalSize: 2500 });
process.stdout.write(`${await fake.start()}\n`);
