import { isOutcomeUnknown, isUnreachable } from './transient.js';

const lost = (query?: string): Error =>
  Object.assign(new Error('lost'), { query, driverError: Object.assign(new Error('lost'), { fatal: true }) });

describe('isUnreachable', () => {
  it.each(['ER_UNKNOWN_COM_ERROR', 'ER_ERROR_DURING_COMMIT'])('is true of a node without its cluster: %s', (code) =>
    expect(isUnreachable(Object.assign(new Error('cut off'), { driverError: { code } }))).toBe(true),
  );
});

describe('isOutcomeUnknown', () => {
  it.each(['COMMIT', 'INSERT INTO chats VALUES (1)', ' update chats SET a = 1', 'DELETE FROM chats'])(
    'is true when the connection was lost during %s',
    (query) => expect(isOutcomeUnknown(lost(query))).toBe(true),
  );

  it.each(['SELECT 1', 'START TRANSACTION', undefined])('is false when it was lost during %s', (query) =>
    expect(isOutcomeUnknown(lost(query))).toBe(false),
  );

  it('is false for a statement that the database has refused', () => {
    expect(isOutcomeUnknown(Object.assign(new Error('refused'), { query: 'COMMIT' }))).toBe(false);
  });
});
