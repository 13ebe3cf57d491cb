import { ADMIN_KEY, ChatServer } from '../../support/chat-server.js';
import { expectedText, FakeProvider, type Scenario } from '../../support/fake-provider/fake-provider.mjs';
import { bearer, HttpClient } from '../../support/http-client.js';
import { orderTool, ToolServer, toolsOf } from '../tools/tools.support.js';
import { endingOf, FAULT_MODES, httpStatusOf, type Ending, type FaultMode, type Position } from './fault-modes.js';

const DIALECTS = ['responses', 'chat_completions', 'anthropic_messages'] as const;
const POSITIONS: readonly Position[] = ['before', 'after', 'midway'];
const SAID_BEFORE = 'One moment.';
const CALL = { name: 'find_order', arguments: '{"order":"7"}' };
const ATTEMPTS = 2;
const AT_ONCE = 30;
/** Otherwise answers that are not streamed are tried in one dialect for each mode. */
const IS_WHOLE_RUN = process.env['FAULT_MODES'] === 'all';
const isTried = ({ isStreamed }: Line, number: number): boolean => isStreamed || IS_WHOLE_RUN || number % 3 === 0;

/** A service of one dialect that streams or does not, and the bot that answers through it. */
interface Line {
  name: string;
  isStreamed: boolean;
  provider: FakeProvider;
  botId: string;
}

interface Case {
  line: Line;
  mode: FaultMode;
  position: Position;
  question: string;
}

interface Outcome extends Ending {
  http: number;
  /** How much of the answer is stored. */
  text: 'none' | 'part' | 'whole';
  /** Whether the next message is answered; else what became of it. */
  next: string;
}

const NEXT = 'And now?';
/** Where roles take turns, a question without an answer is sent with the next one. */
const nextAnswersTo = (question: string): string[] => [expectedText(NEXT), expectedText(`${question}\n\n${NEXT}`)];

describe('A turn whose model service', () => {
  const tools = new ToolServer();
  const outcomes = new Map<Case, Outcome>();
  const servers: ChatServer[] = [];
  const providers: FakeProvider[] = [];

  beforeAll(async () => {
    await tools.start();
    tools.answer('/orders', { message: 'On its way.' });
    // Failures of one case must not keep the calls of another one back.
    const settings = {
      OUTBOUND_ALLOW_HOSTS: tools.host,
      PROVIDER_ATTEMPTS: String(ATTEMPTS),
      PROVIDER_BREAKER_FAILURES: '0',
    };
    const impatience = { PROVIDER_IDLE_TIMEOUT_SECONDS: '1', TURN_DEADLINE_SECONDS: '25' };
    const silent = FAULT_MODES.filter(({ isSilent }) => isSilent);
    const limited = FAULT_MODES.filter(({ fault }) => fault.status === 429);
    const others = FAULT_MODES.filter((mode) => !silent.includes(mode) && !limited.includes(mode));
    await Promise.all([run(settings, others), run(settings, limited), run({ ...settings, ...impatience }, silent)]);
  }, 300_000);

  afterAll(async () => {
    for (const server of servers) await server.stop();
    for (const provider of providers) await provider.stop();
    await tools.stop();
  });

  it.each(FAULT_MODES.map((mode) => [mode.name, mode] as const))('answers with %s', (_name, mode) => {
    const seen: string[] = [];
    const expected: string[] = [];
    for (const [each, outcome] of outcomes) {
      if (each.mode !== mode) continue;
      seen.push(describeOutcome(each, outcome));
      expected.push(describeOutcome(each, expectedOf(each)));
    }
    expect(seen).toEqual(expected);
    expect(seen.length).toBeGreaterThanOrEqual(DIALECTS.length * 2);
  });

  it('is never said to be complete without the whole answer', () => {
    const all = [...outcomes.values()];
    expect(all.filter(({ status, text }) => status === 'completed' && text !== 'whole')).toEqual([]);
    expect(all.length).toBeGreaterThan(IS_WHOLE_RUN ? 400 : 300);
  });

  /** Goes through every case of these modes, many at a time. */
  async function run(settings: Record<string, string>, modes: readonly FaultMode[]): Promise<void> {
    const server = await ChatServer.start(settings);
    servers.push(server);
    const lines = await Promise.all(
      DIALECTS.flatMap((dialect) => [startLine(server, dialect, true), startLine(server, dialect, false)]),
    );
    const cases = lines.flatMap((line, place) =>
      modes.flatMap((mode, number) =>
        POSITIONS.filter(
          (position) => endingOf(mode, line.isStreamed, position) !== null && isTried(line, place + number),
        ).map((position) => ({
          line,
          mode,
          position,
          question: questionOf(mode, position),
        })),
      ),
    );
    const work = async (): Promise<void> => {
      for (let each = cases.shift(); each; each = cases.shift()) outcomes.set(each, await runCase(server, each));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  async function startLine(server: ChatServer, dialect: (typeof DIALECTS)[number], isStreamed: boolean): Promise<Line> {
    const provider = new FakeProvider({
      dialects: [dialect],
      features: { streaming: isStreamed },
      journalSize: 10_000,
    });
    await provider.start();
    providers.push(provider);
    const client = new HttpClient(server.app.url, bearer(ADMIN_KEY));
    const name = `${dialect}, ${isStreamed ? 'streamed' : 'whole'}`;
    const service = { displayName: name, isActive: true, azureOpenAiApiKey: 'sk-test' };
    const serviceId = await client.ok<string>('POST', '/api/admin/openAiServices', {
      ...service,
      azureOpenAiEndpoint: provider.baseUrl,
    });
    const probed = await client.ok('POST', `/api/admin/openAiServices/${serviceId}/probe`);
    expect(probed).toMatchObject({ dialect, capabilities: { streaming: isStreamed } });
    const bot = await client.ok('POST', '/api/admin/bots', {
      displayNameTv: { value: name, valueDe: '' },
      openAiServiceId: serviceId,
      isActive: true,
      isPublic: true,
    });
    const botId = String(bot['botId']);
    await client.ok('POST', toolsOf(botId), orderTool(tools));
    for (const mode of FAULT_MODES)
      for (const position of POSITIONS)
        provider.script((message) => message === questionOf(mode, position), scenarioOf(mode, position));
    return { name, isStreamed, provider, botId };
  }
});

const questionOf = ({ name }: FaultMode, position: Position): string => `${name}, ${position}`;

function scenarioOf({ fault, midway }: FaultMode, position: Position): Scenario {
  if (position === 'midway') return midway?.fault ?? {};
  return position === 'before' ? fault : { tool: CALL, sayBeforeTools: [SAID_BEFORE], fromRound: 1, ...fault };
}

async function runCase(server: ChatServer, { line, mode, position, question }: Case): Promise<Outcome> {
  const client = new HttpClient(server.app.url, bearer(ADMIN_KEY));
  const chatId = String((await client.ok('POST', '/api/chats', { botId: line.botId }))['chatId']);
  const { status: http } = await client.text('POST', `/api/chats/${chatId}/completions`, { userMessage: question });
  const { items } = await client.ok<{ items: { type: string; data: Record<string, unknown> }[] }>(
    'GET',
    `/api/chats/${chatId}/events?after=0&limit=100`,
  );
  const last = <Data>(type: string): Data | undefined =>
    items.findLast((each) => each.type === type)?.data as Data | undefined;
  const { status, error } = last<{ status: Ending['status']; error: { code: Ending['code'] } | null }>('turn.ended')!;
  const requests = line.provider.journal.requests.filter(({ userMessage }) => userMessage === question).length;
  const rounds = position === 'after' ? 1 : 0;
  const answer = expectedText(question, scenarioOf(mode, position));
  const next = await client.call('POST', `/api/chats/${chatId}/completions`, { userMessage: NEXT });
  return {
    status,
    code: error?.code ?? null,
    isRepeated: requests - rounds > 1,
    http,
    text: shareOf(last<{ text: string }>('message.completed')?.text ?? '', answer, position),
    next: nextAnswersTo(question).includes(String(next.body['assistantMessage']))
      ? 'goes on'
      : JSON.stringify(next.body),
  };
}

/** A replacement character stands for what could not be read. */
function shareOf(text: string, answer: string, position: Position): Outcome['text'] {
  const whole = position === 'after' ? `${SAID_BEFORE}\n\n${answer}` : answer;
  if (text === '') return 'none';
  return text.replaceAll('\ufffd', '') === whole ? 'whole' : 'part';
}

function expectedOf({ mode, line, position }: Case): Outcome {
  const ending = endingOf(mode, line.isStreamed, position)!;
  const isAllThere = ending.status !== 'failed' || mode.midway?.fault.noEnd === true;
  const part = position === 'before' ? 'none' : 'part';
  const text = isAllThere && (ending.status !== 'failed' || position === 'midway') ? 'whole' : part;
  return { ...ending, http: httpStatusOf(ending), text, next: 'goes on' };
}

function describeOutcome({ line, position }: Case, { status, code, isRepeated, http, text, next }: Outcome): string {
  return `${line.name}, ${position}: ${status} ${code} ${http}${isRepeated ? ' repeated' : ''}, ${text} text, ${next}`;
}
