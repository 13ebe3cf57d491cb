import { randomUUID } from 'node:crypto';
import { open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const OWNER_ONLY = 0o600;
/** No write takes as long: what is as old was left behind by a process that was killed. */
const LEFT_BEHIND_MS = 3_600_000;

/**
 * Replaces a file by the joined pieces. Its readers find the complete old or the complete new content, also after a crash or a power
 * cut. Only its owner may read a new file; an existing one keeps its mode.
 */
export async function writeWhole(path: string, pieces: AsyncIterable<string>): Promise<void> {
  const folder = dirname(path);
  const prefix = `.${basename(path)}.`;
  await removeLeftovers(folder, prefix);
  const temporary = join(folder, `${prefix}${randomUUID()}.tmp`);
  try {
    await writeAndSync(temporary, pieces, await modeOf(path));
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

async function writeAndSync(path: string, pieces: AsyncIterable<string>, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.chmod(mode);
    await writeFile(file, pieces);
    await file.sync();
  } finally {
    await file.close();
  }
}

const modeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ mode }) => mode & 0o777,
    () => OWNER_ONLY,
  );

async function removeLeftovers(folder: string, prefix: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix) || !name.endsWith('.tmp')) continue;
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > LEFT_BEHIND_MS) await rm(path, { force: true });
  }
}

/** Makes the new name last. Not every system can sync a folder. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
