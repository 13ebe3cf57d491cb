import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PAGE = 'docs/internals/architecture.md';
const PARENTS = ['apps', 'libs', 'packages', 'apps/api/src', 'apps/api/src/baton', 'apps/api/src/channels', 'test'];

const foldersIn = (parent: string): string[] =>
  readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .map(({ name }) => name);

describe('The architecture page', () => {
  const page = readFileSync(PAGE, 'utf8');
  const quoted = new Set([...page.matchAll(/`([^`\n]+)`/g)].map(([, text]) => text!));

  it.each(PARENTS.flatMap((parent) => foldersIn(parent).map((name) => join(parent, name))))('names %s', (folder) => {
    const name = folder.split('/').at(-1)!;
    expect([folder, name].some((text) => quoted.has(text)) || page.includes(`${folder}/`)).toBe(true);
  });

  it('names no folder that is not there', () => {
    const paths = [...quoted].filter((text) => /^(apps|libs|packages|test)\/[\w/-]+$/.test(text));
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  });

  it('lists every decision, by number and title', () => {
    const folder = 'docs/internals/decisions';
    const index = readFileSync(join(folder, 'README.md'), 'utf8');
    const pages = readdirSync(folder).filter((name) => /^\d{4}-/.test(name));
    for (const name of pages) {
      const [, number, title] = /^# (\d{4}) (.+)$/m.exec(readFileSync(join(folder, name), 'utf8')) ?? [];
      expect(name).toMatch(new RegExp(`^${number}-`));
      expect(index).toMatch(
        new RegExp(`\\| \\[${number}\\]\\(${name}\\)\\s*\\| ${title!.replaceAll(/[.*+?()[\]]/g, '\\$&')}\\s*\\|`),
      );
    }
  });

  it.each(readdirSync('docs/internals/decisions').filter((name) => /^\d{4}-/.test(name)))(
    'finds date and status in decision %s',
    (name) => {
      const text = readFileSync(join('docs/internals/decisions', name), 'utf8');
      expect(text).toMatch(/^\d{4}-\d\d-\d\d · (accepted|superseded by)/m);
    },
  );
});
