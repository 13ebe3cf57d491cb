import { inLanguage, type Language } from '@app/common';
import type { PageAssets } from './widget-assets.service.js';
import type { WidgetBotDto } from './widget-session.dto.js';

/** Between the page's address and the server's: `../` for every folder. The server may live below any path. */
export type RelativeBase = string;

const NOT_FOUND = {
  en: { title: 'This chat is not available', text: 'The address may be mistyped, or the chat has been closed.' },
  de: {
    title: 'Dieser Chat ist nicht verfügbar',
    text: 'Vielleicht ist die Adresse falsch geschrieben, oder der Chat wurde geschlossen.',
  },
};
const NEEDS_SCRIPT = {
  en: 'This chat needs JavaScript.',
  de: 'Dieser Chat braucht JavaScript.',
};

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);

/** A data block: it runs nothing, and no text in it can end it. */
const dataBlock = (id: string, value: unknown): string =>
  `<script type="application/json" id="${id}">${JSON.stringify(value).replace(/</g, '\\u003c')}</script>`;

const head = (title: string, base: RelativeBase, styles: string[]): string => `<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>${escape(title)}</title>
${styles.map((name) => `<link rel="stylesheet" href="${assetAddress(base, name)}">`).join('\n')}`;

const assetAddress = (base: RelativeBase, name: string): string => `${base}widget/~/${escape(name)}`;

/** The page of a bot: an empty frame, its settings, and the program that fills it. */
export function chatPage(bot: WidgetBotDto, assets: PageAssets, base: RelativeBase, language: Language): string {
  return `<!doctype html>
<html lang="${language}">
<head>
${head(inLanguage(bot.title, language), base, assets.styles)}
${dataBlock('widget-settings', { base, bot })}
<script type="module" src="${assetAddress(base, assets.script)}"></script>
</head>
<body>
<main id="chat-container"><noscript><p class="message-page">${NEEDS_SCRIPT[language]}</p></noscript></main>
</body>
</html>
`;
}

export function notFoundPage(assets: PageAssets, base: RelativeBase, language: Language): string {
  const { title, text } = NOT_FOUND[language];
  return `<!doctype html>
<html lang="${language}">
<head>
${head(title, base, assets.styles)}
</head>
<body>
<main class="message-page"><h1>${title}</h1><p>${text}</p></main>
</body>
</html>
`;
}
