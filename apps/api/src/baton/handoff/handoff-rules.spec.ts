import type { BotProfile } from '../../bots/profile/bot-profile.js';
import { takeoverPolicyOf } from '../../bots/profile/takeover-policy.js';
import type { HandoffRulesRepository } from './handoff-rules.repository.js';
import { HandoffRulesService } from './handoff-rules.service.js';

const bot = (takeover: Record<string, unknown>): BotProfile =>
  ({ takeover: takeoverPolicyOf({ takeover }) }) as BotProfile;
const rules = (past: { lastRequest?: string | null; failures?: number } = {}): HandoffRulesService =>
  new HandoffRulesService({
    findLastRequest: () => Promise.resolve(past.lastRequest ?? null),
    countLatestFailures: () => Promise.resolve(past.failures ?? 0),
  } as unknown as HandoffRulesRepository);

describe('HandoffRulesService', () => {
  it.each([
    ['I want to speak to a HUMAN, now!', true],
    ['Please let me talk to a person.', true],
    ['Bitte mit einem Menschen verbinden', true],
    ['humanity is great', false],
    ['', false],
  ])('hears %s', (text, asks) => {
    expect(rules().requestsHandoff(bot({ keywords: ['human', 'a person', 'Ménschen', ''] }), text)).toBe(asks);
  });

  it('offers the handoff to bots that may, until one has used it', async () => {
    expect(await rules().isOfferedToBot(bot({}), 'chat')).toBe(false);
    expect(await rules().isOfferedToBot(bot({ isOfferedToBot: true }), 'chat')).toBe(true);
    expect(await rules({ lastRequest: 'bot_tool' }).isOfferedToBot(bot({ isOfferedToBot: true }), 'chat')).toBe(false);
    expect(await rules({ lastRequest: 'customer_request' }).isOfferedToBot(bot({ isOfferedToBot: true }), 'chat')).toBe(
      true,
    );
  });

  it('counts failures in a row, the present one included', async () => {
    expect(await rules({ failures: 5 }).isDueAfterFailure(bot({}), 'chat')).toBe(false);
    expect(await rules({ failures: 0 }).isDueAfterFailure(bot({ failedTurns: 2 }), 'chat')).toBe(false);
    expect(await rules({ failures: 1 }).isDueAfterFailure(bot({ failedTurns: 2 }), 'chat')).toBe(true);
    expect(await rules({ failures: 1, lastRequest: 'error' }).isDueAfterFailure(bot({ failedTurns: 2 }), 'chat')).toBe(
      false,
    );
  });
});
