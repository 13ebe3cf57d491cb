import { readFileSync } from 'node:fs';

const PROGRAM = ['--enable-source-maps', 'dist/apps/api/src/main.js'];

describe('The command that service managers start', () => {
  it.each([
    ['docs/guide/baton.service', `ExecStart=/usr/bin/node ${PROGRAM.join(' ')}\n`],
    ['docs/guide/operations.md', `NODE_ENV=production node ${PROGRAM.join(' ')}\n`],
    ['Dockerfile', `CMD ["node", "${PROGRAM.join('", "')}"]\n`],
  ])('is node itself in %s', (file, command) => expect(readFileSync(file, 'utf8')).toContain(command));
});
