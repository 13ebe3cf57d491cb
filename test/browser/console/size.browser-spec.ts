import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const FOLDER = 'dist/apps/console';
const SHELL_LIMIT = 220_000;
const ROUTE_LIMIT = 60_000;

interface Chunk {
  file: string;
  css?: string[];
  imports?: string[];
  dynamicImports?: string[];
}

describe('what browsers load of the console', () => {
  const manifest = JSON.parse(readFileSync(`${FOLDER}/.vite/manifest.json`, 'utf8')) as Record<string, Chunk>;
  const filesOf = (name: string): string[] => {
    const { file, css = [], imports = [] } = manifest[name]!;
    return [file, ...css, ...imports.flatMap(filesOf)];
  };
  const bytesOf = (files: string[]): number =>
    files.reduce((sum, file) => sum + gzipSync(readFileSync(`${FOLDER}/${file}`)).length, 0);
  const shell = new Set(filesOf('src/main.tsx'));

  it('is bounded for the shell', () => {
    const bytes = bytesOf([...shell]);
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThan(SHELL_LIMIT);
  });

  it('is bounded for every route', () => {
    const routes = manifest['src/main.tsx']!.dynamicImports!;
    const sizes = routes.map((name) => [name, bytesOf([...new Set(filesOf(name))].filter((file) => !shell.has(file)))]);
    expect(sizes.length).toBeGreaterThan(3);
    expect(sizes.filter(([, bytes]) => Number(bytes) > ROUTE_LIMIT)).toEqual([]);
  });
});
