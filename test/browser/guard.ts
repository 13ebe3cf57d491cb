import type { Page } from 'playwright-core';

/** What has run on a page, and what its policy had to stop because the sanitiser had let it through. */
export function guard(page: Page): string[] {
  const faults: string[] = [];
  page.on('dialog', (dialog) => {
    faults.push(`ran: ${page.url()}`);
    void dialog.dismiss();
  });
  page.on('popup', (popup) => faults.push(`opened: ${popup.url()}`));
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted ?(HTML|Script|Type)/i.test(message.text())) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  return faults;
}
