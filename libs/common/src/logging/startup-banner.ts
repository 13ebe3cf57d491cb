import { Injectable } from '@nestjs/common';

/**
 * What a person at the terminal needs to know once the server runs: any module may add a line while the application starts; the
 * server's address is known only afterwards. The text goes to stdout as it is, never into the log.
 */
@Injectable()
export class StartupBanner {
  private readonly entries: { label: string; text: (url: string) => string }[] = [
    { label: 'Swagger UI', text: (url) => `${url}/docs` },
  ];

  add(label: string, text: (url: string) => string): void {
    this.entries.push({ label, text });
  }

  render(url: string): string {
    const width = Math.max(...this.entries.map(({ label }) => label.length));
    const lines = this.entries.map(({ label, text }) => `  ${label.padEnd(width)}  ${text(url)}`);
    return `\nBaton is running at ${url}\n\n${lines.join('\n')}\n\n`;
  }
}
