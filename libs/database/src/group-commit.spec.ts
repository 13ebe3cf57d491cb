import { GroupCommit } from './group-commit.js';

describe('GroupCommit', () => {
  it('commits what comes in one instant together and answers each with its own result', async () => {
    const batches: number[][] = [];
    const commits = new GroupCommit((items: number[]) => {
      batches.push(items);
      return Promise.resolve(items.map((item) => item * 10));
    });
    expect(await Promise.all([1, 2, 3].map((item) => commits.submit(item)))).toEqual([10, 20, 30]);
    expect(batches).toEqual([[1, 2, 3]]);
  });

  it('gathers what comes while a commit is under way', async () => {
    const batches: number[][] = [];
    let release = (): void => undefined;
    const commits = new GroupCommit(async (items: number[]) => {
      batches.push(items);
      if (batches.length === 1) await new Promise<void>((resolve) => (release = resolve));
      return items;
    });
    const first = commits.submit(1);
    await new Promise((resolve) => setImmediate(resolve));
    const later = [commits.submit(2), commits.submit(3)];
    release();
    await Promise.all([first, ...later]);
    expect(batches).toEqual([[1], [2, 3]]);
  });

  it('lets an item that spoils the batch fail alone', async () => {
    const commits = new GroupCommit((items: string[]) =>
      items.includes('bad') ? Promise.reject(new Error('no')) : Promise.resolve(items),
    );
    const results = await Promise.allSettled(['a', 'bad', 'b'].map((item) => commits.submit(item)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('fails as a whole when the database cannot be reached', async () => {
    const commit = jest.fn(() => Promise.reject(Object.assign(new Error('gone'), { fatal: true })));
    const commits = new GroupCommit<number, number>(commit);
    const results = await Promise.allSettled([1, 2, 3].map((item) => commits.submit(item)));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(commit).toHaveBeenCalledTimes(1);
  });
});
