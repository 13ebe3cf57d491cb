import { retryTransient } from './retry.js';

const failure = (code: string): Error => Object.assign(new Error(code), { driverError: { code } });

describe('retryTransient', () => {
  const fails = (times: number, code: string): jest.Mock => {
    const transaction = jest.fn();
    for (let time = 0; time < times; time++) transaction.mockRejectedValueOnce(failure(code));
    return transaction.mockResolvedValue('done');
  };

  it.each(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'SQLITE_BUSY'])('tries again after %s', async (code) => {
    const transaction = fails(3, code);
    await expect(retryTransient(transaction)).resolves.toBe('done');
    expect(transaction).toHaveBeenCalledTimes(4);
  });

  it('gives up when it happens again and again', async () => {
    const transaction = fails(100, 'ER_LOCK_DEADLOCK');
    await expect(retryTransient(transaction)).rejects.toThrow('ER_LOCK_DEADLOCK');
    expect(transaction).toHaveBeenCalledTimes(4);
  });

  it('waits for a lock no more than twice', async () => {
    const clock = jest.spyOn(performance, 'now');
    let now = 0;
    clock.mockImplementation(() => now);
    const transaction = jest.fn(() => {
      now += 5000;
      return Promise.reject(failure('ER_LOCK_WAIT_TIMEOUT'));
    });
    await expect(retryTransient(transaction)).rejects.toThrow('ER_LOCK_WAIT_TIMEOUT');
    expect(transaction).toHaveBeenCalledTimes(2);
    clock.mockRestore();
  });

  it.each(['PROTOCOL_CONNECTION_LOST', 'ER_DUP_ENTRY'])('does not repeat what failed with %s', async (code) => {
    const transaction = fails(1, code);
    await expect(retryTransient(transaction)).rejects.toThrow(code);
    expect(transaction).toHaveBeenCalledTimes(1);
  });
});
