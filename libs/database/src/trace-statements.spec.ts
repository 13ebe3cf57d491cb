import { summaryOf } from './trace-statements.js';

describe('what a span says of a statement', () => {
  it.each([
    ["SELECT `c`.`text` FROM `chats` `c` WHERE c.title = 'secret'", 'SELECT chats'],
    ['INSERT INTO turns (id) VALUES (?)', 'INSERT turns'],
    ['UPDATE "messages" SET text = ?', 'UPDATE messages'],
    ['\n  DELETE FROM turn_chunks WHERE turn_id IN (?, ?)', 'DELETE turn_chunks'],
    ['BEGIN TRANSACTION', 'BEGIN'],
    ['START TRANSACTION', 'START'],
    ["SELECT 'secret'", 'SELECT'],
    ['', 'STATEMENT'],
  ])('%s', (sql, summary) => {
    expect(summaryOf(sql)).toBe(summary);
  });
});
