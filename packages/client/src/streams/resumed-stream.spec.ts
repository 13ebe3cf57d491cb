import { UnexpectedResponseError } from '../errors.js';
import { readResumed } from './resumed-stream.js';

const frame = (id: number): string => `id: ${id}\nevent: note\ndata: {}\n\n`;
const problem = (status: number): string => `event: error\ndata: ${JSON.stringify({ problem: { status } })}\n\n`;
const CLOSED = 'event: stream.closed\ndata: {"reason":"shutdown"}\n\n';

/** Reads what the connections bring, one after the other; an error is a connection that does not come about. */
async function read(connections: (string | Error)[], maxFailures?: number) {
  const asked: (string | undefined)[] = [];
  const seen: (string | undefined)[] = [];
  const open = async (lastEventId: string | undefined) => {
    asked.push(lastEventId);
    const next = connections.shift();
    if (typeof next !== 'string') throw next ?? new Error('the end');
    return new Response(next).body!;
  };
  const reading = (async () => {
    for await (const { id } of readResumed(open, { maxFailures })) seen.push(id);
  })();
  const error = await reading.catch((thrown: unknown) => thrown);
  return { asked, seen, error };
}

describe('a resumed stream', () => {
  it.each([
    ['ends', ''],
    ['is closed by a server that shuts down', CLOSED],
    ['ends with a problem that will pass', problem(503)],
    ['breaks off in the middle of an event', 'id: 3\nevent: note\nda'],
  ])('goes on after the last event when a connection %s', async (_, end) => {
    const { asked, seen, error } = await read([frame(1) + frame(2) + end, frame(3)]);
    expect(asked).toEqual([undefined, '2', '3']);
    expect(seen).toEqual(['1', '2', '3']);
    expect(error).toMatchObject({ message: 'the end' });
  });

  it('throws a problem that will not pass', async () => {
    const { asked, error } = await read([frame(1) + problem(404), frame(2)]);
    expect(error).toMatchObject({ name: 'ProblemError', status: 404 });
    expect(asked).toHaveLength(1);
  });

  it('throws the last failure when too many connections in a row have failed', async () => {
    const refused = new UnexpectedResponseError(503, '');
    const { asked, seen, error } = await read([refused, frame(1), refused, refused], 1);
    expect(seen).toEqual(['1']);
    expect(asked).toHaveLength(4);
    expect(error).toBe(refused);
  });

  it('can be aborted while it waits', async () => {
    const abort = new AbortController();
    const open = () => Promise.reject(new UnexpectedResponseError(503, '', 3600));
    const next = readResumed(open, { signal: abort.signal }).next();
    setImmediate(() => abort.abort(new Error('no more')));
    await expect(next).rejects.toThrow('no more');
  });
});
