/** A text in both languages; empty German text falls back to the English one. */
export interface Term {
  value: string;
  valueDe: string;
}

export type Language = 'en' | 'de';

/** The bot as the server describes it. */
export interface WidgetBot {
  botId: string;
  code: string;
  name: Term;
  title: Term;
  greeting: Term;
  colour: string;
  position: 'left' | 'right';
  launcherText: Term;
  avatarPath: string | null;
  sampleQuestions: Term[];
}

export interface Settings {
  bot: WidgetBot;
  /** The address of the server, with a slash at its end. */
  server: URL;
  language: Language;
  /** The origin of the page whose launcher opened this one; null when it stands alone or in a plain frame. */
  hostOrigin: string | null;
  /** What that page has kept for us. */
  memory: string | null;
}

export const inLanguage = ({ value, valueDe }: Term, language: Language): string =>
  language === 'de' && valueDe !== '' ? valueDe : value;

/** What the server has written into the page, and what its address says. */
export function readSettings(): Settings {
  const block = document.querySelector('#widget-settings');
  const { base, bot } = JSON.parse(block?.textContent ?? '') as { base: string; bot: WidgetBot };
  const fragment = new URLSearchParams(location.hash.slice(1));
  const wanted = new URLSearchParams(location.search).get('lang');
  return {
    bot,
    server: new URL(base, location.href),
    language: wanted === 'en' || wanted === 'de' ? wanted : languageOf(navigator.languages),
    hostOrigin: fragment.get('host'),
    memory: fragment.get('memory'),
  };
}

/** The first of the reader's languages that we have; English otherwise. */
export function languageOf(preferred: readonly string[]): Language {
  const known = preferred.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag === 'en' || tag === 'de');
  return known === 'de' ? 'de' : 'en';
}
