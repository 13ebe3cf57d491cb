// npm drops optional platform packages that its registry cannot serve from package-lock.json, and `npm ci` then refuses the
// lock ("Missing: @swc/core-darwin-arm64 from lock file"). This puts them back: version, os, cpu, libc; no integrity.
// Run it after every dependency change: npm run lock
import { readFileSync, writeFileSync } from 'node:fs';

const LOCK = 'package-lock.json';
const OS = [
  [/darwin|macos/, 'darwin'],
  [/win32|windows|(^|-)win-/, 'win32'],
  [/android/, 'android'],
  [/freebsd/, 'freebsd'],
  [/openharmony/, 'openharmony'],
  [/linux/, 'linux'],
];
const CPU = [
  [/arm64|aarch64/, 'arm64'],
  [/armv7|armhf|(^|-)arm(-|$)/, 'arm'],
  [/x64/, 'x64'],
  [/ia32/, 'ia32'],
  [/ppc64/, 'ppc64'],
  [/s390x/, 's390x'],
  [/riscv64/, 'riscv64'],
  [/loong64/, 'loong64'],
  [/wasm32/, 'wasm32'],
];
const LIBC = [
  [/musl/, 'musl'],
  [/gnu|glibc/, 'glibc'],
];
const firstMatch = (table, name) => table.find(([pattern]) => pattern.test(name))?.[1];

const lock = JSON.parse(readFileSync(LOCK, 'utf8'));
const packages = lock.packages;
let added = 0;
for (const [path, meta] of Object.entries({ ...packages })) {
  for (const [name, range] of Object.entries(meta.optionalDependencies ?? {})) {
    if (packages[`node_modules/${name}`] || packages[`${path}/node_modules/${name}`]) continue;
    const shortName = name.split('/').pop();
    const os = firstMatch(OS, shortName);
    const cpu = firstMatch(CPU, shortName);
    if (!os && !cpu) continue;
    const libc = os === 'linux' ? firstMatch(LIBC, shortName) : undefined;
    packages[`node_modules/${name}`] = {
      version: range.replace(/^[\^~=]/, ''),
      ...(cpu && { cpu: [cpu] }),
      ...(meta.dev && { dev: true }),
      ...(libc && { libc: [libc] }),
      optional: true,
      ...(os && { os: [os] }),
    };
    added++;
  }
}
lock.packages = Object.fromEntries(Object.entries(packages).toSorted(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(LOCK, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${added} platform packages put back\n`);
