import { RawService, refused, said, type RawCall } from '../../../../test/support/raw-service.js';
import { OpenAiProvider } from '../openai-provider.js';

describe('the probe', () => {
  const provider = new OpenAiProvider();
  const later = new OpenAiProvider();
  const isRefused = ({ body }: RawCall, field: string): boolean => field in body;
  const service = new RawService((call) => {
    if (call.path === '/models') return { body: { data: [{ id: 'm' }] } };
    if (call.path !== '/chat/completions') return { status: 404, body: {} };
    if (isRefused(call, 'safety_identifier'))
      return refused('Unrecognized request argument supplied: safety_identifier');
    if (isRefused(call, 'seed')) return refused("Unsupported parameter: 'seed'");
    return isRefused(call, 'temperature') ? refused("'temperature' does not support 0.5 with this model") : said('OK');
  });

  beforeAll(() => service.start());
  afterAll(async () => {
    await Promise.all([provider.onApplicationShutdown(), later.onApplicationShutdown()]);
    await service.stop();
  });

  it('stores which parameters of bots the service refuses', async () => {
    const connection = { baseUrl: service.baseUrl, apiKey: null, isAzure: false };
    const { capabilities, dialect } = await provider.probe(connection, 'm');
    expect(capabilities.adjustments?.['m']?.omitted.toSorted()).toEqual(['safety_identifier', 'seed', 'temperature']);
    const place = { connection: { ...connection, dialect: dialect!, capabilities }, model: 'm' };
    const asked = { temperature: 0.3, parameters: { seed: 2, stop: ['END'], topP: 0.9 } };
    expect(later.refusalsOf(place, asked).map(({ name }) => name)).toEqual(['temperature', 'seed']);
    expect(later.refusalsOf({ ...place, model: 'other' }, asked)).toEqual([]);
  });
});
