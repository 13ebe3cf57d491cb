// The words on the wire belong to the server; the client is a package of its own and carries a copy. Run by `npm run generate`.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FROM = 'libs/contracts/src';
const TO = 'packages/client/src/generated/contracts';

rmSync(TO, { recursive: true, force: true });
mkdirSync(TO, { recursive: true });
for (const name of readdirSync(FROM))
  writeFileSync(join(TO, name), `// Copied from ${FROM}: do not edit.\n\n${readFileSync(join(FROM, name), 'utf8')}`);
