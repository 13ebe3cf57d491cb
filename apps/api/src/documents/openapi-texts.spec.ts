import { describeParameters, divideComment } from './openapi-texts.js';

describe('the texts of an operation', () => {
  it.each([
    ['Lists the bots.', 'Lists the bots', undefined],
    ['Open a chat', 'Open a chat', undefined],
    [
      'Lists accounts; searches logins. Order by `login`\nor `userId`.',
      'Lists accounts; searches logins',
      'Order by `login` or `userId`.',
    ],
    ['Get a file\n\nEvery chat has\n`transcript.md`.', 'Get a file', 'Every chat has `transcript.md`.'],
    ['Sends `transcript.md` once.', 'Sends transcript.md once', undefined],
  ])('%j: one plain line, and the rest below', (comment, summary, description) => {
    const operation = { summary: comment, responses: {} };
    divideComment(operation);
    expect(operation).toEqual({ summary, ...(description !== undefined && { description }), responses: {} });
  });

  it.each([
    ['admin', 'Needs the role `admin`.'],
    ['agent', 'Needs the role `agent` or `admin`.'],
  ])('say that it needs the role %s', (role, description) => {
    const operation = { summary: 'Does it.', security: [{ bearer: [role] }], responses: {} };
    divideComment(operation);
    expect(operation).toMatchObject({ summary: 'Does it', description });
  });

  it('say what a parameter is where the handler does not', () => {
    const parameters = [
      { name: 'chatId', in: 'path' as const, description: 'Mine.' },
      { name: 'PageNumber', in: 'query' as const, description: undefined },
    ];
    describeParameters({ parameters, responses: {} });
    expect(parameters.map(({ description }) => description)).toEqual(['Mine.', 'From 1.']);
  });
});
