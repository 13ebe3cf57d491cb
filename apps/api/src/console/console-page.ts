import { baseOf, BuiltPage } from '@app/common';

/** What `npm run build` makes of `apps/console`. */
export const CONSOLE_PAGE = new BuiltPage('dist/apps/console', 'src/main.tsx');

/**
 * Nothing runs or is loaded that does not come from this server, and no address of another one is called from a chat that an agent reads.
 * Only the sanitiser may make HTML of text (`trusted-types`).
 */
export const CONSOLE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types dompurify',
].join('; ');

/** The page that holds the program, for every address of the console: which of its pages to show, the program reads there. */
export function consoleHtml(url: string): string {
  const { script, imports, styles } = CONSOLE_PAGE.parts;
  const address = (name: string): string => `${baseOf(url)}console/~/${name}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>Baton</title>
${styles.map((name) => `<link rel="stylesheet" href="${address(name)}">`).join('\n')}
${imports.map((name) => `<link rel="modulepreload" href="${address(name)}">`).join('\n')}
<script type="module" src="${address(script)}"></script>
</head>
<body>
<div id="console"><noscript>Baton needs JavaScript.</noscript></div>
</body>
</html>
`;
}
