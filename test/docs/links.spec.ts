import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const FOLDERS = ['docs', 'packages', 'examples', '.github'].filter((folder) => existsSync(folder));

const markdownIn = (folder: string, recursive: boolean): string[] =>
  readdirSync(folder, { recursive, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
    .map((name) => join(folder, name));

const withoutCode = (text: string): string =>
  text
    .replaceAll(/^(`{3,})[^]*?^\1\s*$/gm, '')
    .replaceAll(/`[^`\n]+`(?!\]\()/g, (code) => code.replaceAll(/[[\]()]/g, ' '));

/** The anchors that GitHub gives the headings of a page. */
function anchorsOf(path: string): Set<string> {
  const headings = withoutCode(readFileSync(path, 'utf8')).matchAll(/^#+ (.+)$/gm);
  return new Set(
    [...headings].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function faultOf(page: string, target: string): string | null {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : normalize(join(dirname(page), decodeURIComponent(path)));
  if (!existsSync(file)) return 'there is no such file';
  if (anchor === undefined || statSync(file).isDirectory() || !file.endsWith('.md')) return null;
  return anchorsOf(file).has(anchor) ? null : 'there is no such heading';
}

describe('Markdown', () => {
  it.each([...markdownIn('.', false), ...FOLDERS.flatMap((folder) => markdownIn(folder, true))])(
    'of %s links to what is there',
    (page) => {
      const targets = [...withoutCode(readFileSync(page, 'utf8')).matchAll(/(?:\]\(<?|<img src=")([^)\s>"]+)/g)].map(
        ([, target]) => target!,
      );
      const relative = targets.filter((target) => !/^[a-z]+:/i.test(target));
      const broken = relative.map((target) => [target, faultOf(page, target)]).filter(([, fault]) => fault !== null);
      expect(broken).toEqual([]);
    },
  );

  it('that is named in other files is there', () => {
    const files = [
      '.dependency-cruiser.mjs',
      '.env.example',
      'docker-compose.yml',
      'Dockerfile',
      '.ci/run',
      'package.json',
    ];
    const sources = ['apps', 'libs', 'packages', 'test', 'tools'].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(ts|tsx|mjs|sh)$/.test(name) && !/node_modules|generated/.test(name))
        .map((name) => join(folder, name)),
    );
    const named = [...files, ...sources].flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/\bdocs\/[\w/-]+\.(?:md|service)\b/g)].map(
        ([page]) => `${file}: ${page}`,
      ),
    );
    expect(named.filter((each) => !existsSync(each.split(': ')[1]!))).toEqual([]);
  });
});
