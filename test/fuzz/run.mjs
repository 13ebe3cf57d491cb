// Sends generated requests, one after the other, to a server on SQLite, on MariaDB, or to both, and checks every answer.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDocument } from '../support/openapi-validator.ts';
import { conclude, readOptions } from '../faults/suite.mjs';
import { Campaign } from './campaign.mjs';

const DOCUMENT = 'openapi.json';
const { requests, db, seed, verbose } = readOptions({ requests: 2000, db: 'both', seed: 0, verbose: false });
const first = seed === 0 ? Math.trunc(Math.random() * 2 ** 31) : seed;
console.log(`Seed ${first}: npm run fuzz -- --requests ${requests} --db ${db} --seed ${first}`);

const campaign = new Campaign({
  document: readDocument(DOCUMENT),
  file: DOCUMENT,
  socketDocument: JSON.parse(readFileSync('asyncapi.json', 'utf8')),
  dbs: db === 'both' ? ['sqlite', 'mariadb'] : [db],
  verbose,
});
const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
let saved = 0;
campaign.saveBody = (body) => {
  const file = join(folder, `body-${++saved}`);
  writeFileSync(file, body);
  return file;
};
try {
  await campaign.start();
  await campaign.run(requests, first);
  const faults = await campaign.finish();
  conclude(faults);
} finally {
  await campaign.stop();
}
