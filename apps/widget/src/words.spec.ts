import type { Passing } from './chat/conversation.js';
import { languageOf } from './settings.js';
import { TEXTS } from './texts.js';
import { wordsOfPassing } from './words.js';

const passing = (from: Passing['from'], to: Passing['to'], reason: Passing['reason'], more: Partial<Passing> = {}) => ({
  kind: 'passing' as const,
  id: 'p',
  from,
  to,
  reason,
  agent: '',
  before: '',
  ...more,
});

describe('words', () => {
  it.each<[Passing, string, string]>([
    [
      passing('bot', 'requested', 'customer_request'),
      'You asked for a person.',
      'Sie möchten mit einem Menschen sprechen.',
    ],
    [passing('bot', 'requested', 'error'), 'A person was called.', 'Ein Mensch wurde gerufen.'],
    [
      passing('requested', 'human', 'agent_takeover', { agent: 'Ada' }),
      'Ada has joined the chat.',
      'Ada ist jetzt im Chat.',
    ],
    [
      passing('human', 'human', 'agent_release', { agent: 'Bea', before: 'Ada' }),
      'Bea has taken over from Ada.',
      'Bea hat von Ada übernommen.',
    ],
    [
      passing('human', 'requested', 'no_reply', { before: 'Ada' }),
      'Ada had to leave. Another agent will be with you soon.',
      'Ada musste gehen. Gleich ist jemand anderes für Sie da.',
    ],
    [
      passing('human', 'bot', 'agent_release', { before: 'Ada' }),
      'Ada has left the chat. Bo goes on.',
      'Ada hat den Chat verlassen. Bo macht weiter.',
    ],
    [
      passing('requested', 'bot', 'customer_request'),
      'You are no longer waiting. Bo goes on.',
      'Sie warten nicht mehr. Bo macht weiter.',
    ],
    [
      passing('requested', 'bot', 'wait_expired'),
      'No agent is free at the moment. Bo goes on.',
      'Gerade ist niemand frei. Bo macht weiter.',
    ],
    [
      passing('human', 'closed', 'agent_release', { before: 'Ada' }),
      'Ada has ended the chat.',
      'Ada hat den Chat beendet.',
    ],
    [passing('bot', 'closed', 'customer_end'), 'You have ended the chat.', 'Sie haben den Chat beendet.'],
    [passing('requested', 'closed', 'rule'), 'The chat was ended.', 'Der Chat wurde beendet.'],
    [passing('closed', 'bot', 'customer_request'), 'The chat goes on with Bo.', 'Der Chat geht mit Bo weiter.'],
  ])('%# are right in both languages', (change, english, german) => {
    expect([wordsOfPassing(change, TEXTS.en, 'Bo'), wordsOfPassing(change, TEXTS.de, 'Bo')]).toEqual([english, german]);
  });

  it('count', () => {
    expect([TEXTS.en.tooMany(1), TEXTS.en.tooMany(2)]).toEqual([
      'Too many messages at once. Sending in 1 second …',
      'Too many messages at once. Sending in 2 seconds …',
    ]);
    expect([TEXTS.de.waitingAt(1), TEXTS.de.waitingAt(4)]).toEqual([
      'Wartet auf einen Menschen – Sie sind als Nächstes dran',
      'Wartet auf einen Menschen – Platz 4 in der Reihe',
    ]);
  });

  it.each([
    [['de-CH', 'en'], 'de'],
    [['fr', 'de', 'en'], 'de'],
    [['en-US', 'de'], 'en'],
    [['fr'], 'en'],
    [[], 'en'],
  ] as const)('for %j are %s', (preferred, language) => {
    expect(languageOf(preferred)).toBe(language);
  });
});
