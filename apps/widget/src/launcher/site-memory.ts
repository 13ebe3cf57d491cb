const LONGEST = 2000;

/** What the chat's frame asks the surrounding site to keep, because the browser gives the frame no storage of its own. */
export class SiteMemory {
  private readonly name: string;

  constructor(code: string) {
    this.name = `baton:${code}`;
  }

  read(): string | null {
    try {
      return localStorage.getItem(this.name);
    } catch {
      return null;
    }
  }

  write(memory: unknown): void {
    if (typeof memory !== 'string' || memory.length > LONGEST) return;
    try {
      localStorage.setItem(this.name, memory);
    } catch {
      // Then the chat lasts as long as the page.
    }
  }
}
