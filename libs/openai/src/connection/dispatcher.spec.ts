import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { RawService, said } from '../../../../test/support/raw-service.js';
import { OpenAiProvider } from '../openai-provider.js';
import { defaultCapabilities } from '../probe/probe-requests.js';

/** Tunnels everything to one port of this machine, whatever host is asked for. */
class ConnectProxy {
  readonly asked: { target: string; authorization: string | undefined }[] = [];
  refuses = false;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server = createServer();

  constructor(private readonly portOf: () => number) {
    this.server.on('connect', (request, client: Socket) => {
      this.asked.push({ target: request.url ?? '', authorization: request.headers['proxy-authorization'] });
      if (this.refuses) {
        client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
        return;
      }
      const upstream = connect(this.portOf(), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(client).pipe(upstream);
      });
      for (const socket of [client, upstream]) {
        this.sockets.add(socket);
        socket.on('error', () => undefined);
      }
    });
  }

  get url(): string {
    return `http://user:p%40ss@127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.listen(0, '127.0.0.1', resolve);
    });
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => {
      this.server.close(resolve);
    });
  }
}

describe('the proxy to model services', () => {
  const service = new RawService(({ path }) => (path === '/models' ? { body: { data: [{ id: 'm' }] } } : said('Hi')));
  const proxy = new ConnectProxy(() => Number(new URL(service.baseUrl).port));
  let provider: OpenAiProvider;

  beforeAll(() => Promise.all([service.start(), proxy.start()]));
  beforeEach(() => {
    proxy.asked.length = service.calls.length = 0;
    proxy.refuses = false;
  });
  afterEach(() => provider.onApplicationShutdown());
  afterAll(() => Promise.all([service.stop(), proxy.stop()]));

  const begin = (exceptions = ''): void => {
    provider = new OpenAiProvider({ proxy: { http: proxy.url, https: null, exceptions }, connectTimeoutMs: 2000 });
  };
  const connection = (baseUrl: string) => ({ baseUrl, apiKey: null, isAzure: false });

  async function ask(baseUrl: string): Promise<string> {
    let text = '';
    const request = {
      connection: { ...connection(baseUrl), dialect: 'chat_completions' as const, capabilities: defaultCapabilities() },
      model: 'm',
      instructions: '',
      items: [{ type: 'message' as const, role: 'user' as const, text: 'Hello' }],
      tools: [],
      temperature: null,
      maxOutputTokens: null,
    };
    for await (const event of provider.stream(request, new AbortController().signal))
      if (event.type === 'text') text += event.text;
    return text;
  }

  it('carries answers and the list of models', async () => {
    begin();
    expect(await ask('http://models.test/v1')).toBe('Hi');
    expect(await provider.listModels(connection('http://models.test:8080/v1'))).toMatchObject({
      models: [{ id: 'm' }],
    });
    const authorization = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;
    expect(proxy.asked).toEqual([
      { target: 'models.test:80', authorization },
      { target: 'models.test:8080', authorization },
    ]);
  });

  it('is not used for this machine', async () => {
    begin();
    expect(await ask(service.baseUrl)).toBe('Hi');
    expect(await ask(service.baseUrl.replace('127.0.0.1', 'localhost'))).toBe('Hi');
    expect(proxy.asked).toEqual([]);
  });

  it.each(['models.test', '.test', '*', 'other.test, models.test:80'])(
    'is not used for exceptions: %s',
    async (exceptions) => {
      begin(exceptions);
      await expect(ask('http://models.test/v1')).rejects.toMatchObject({ code: 'PROVIDER_UNREACHABLE' });
      expect(proxy.asked).toEqual([]);
    },
  );

  it('is named when it refuses the connection', async () => {
    begin();
    proxy.refuses = true;
    const failure = await ask('http://models.test/v1').catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'PROVIDER_UNREACHABLE',
      message: 'The proxy answered 407 to the connection.',
    });
  });
});
