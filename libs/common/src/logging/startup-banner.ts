import { Injectable } from '@nestjs/common';

/**
 * What a person at the terminal needs to know once the server runs: anyone may add a line while the application starts. It goes
 * to stdout as plain text, never into the log.
 */
@Injectable()
export class StartupBanner {
  private readonly lines: { label: string; text: string }[] = [];

  add(label: string, text: string): void {
    this.lines.push({ label, text });
  }

  render(): string {
    const width = Math.max(0, ...this.lines.map(({ label }) => label.length));
    return this.lines.map(({ label, text }) => `  ${label.padEnd(width)}  ${text}`).join('\n');
  }
}
