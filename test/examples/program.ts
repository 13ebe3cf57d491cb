import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';

const PATIENCE_MS = 20_000;

/** A program that is run as from a shell, with what it prints. */
export class Program {
  output = '';
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly waiting = new Set<() => void>();
  private readonly ended: Promise<number | null>;

  constructor(command: string, args: string[], env: Record<string, string>) {
    this.child = spawn(command, args, { env: { PATH: process.env['PATH'], ...env } });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
        this.tell();
      });
    }
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
    void this.ended.then(() => this.tell());
  }

  /** Resolves when the text is printed, after what was printed when `from` was the length of the output. */
  async prints(text: string | RegExp, from = 0): Promise<void> {
    const fail = (what: string): never => {
      throw new Error(`The program ${what} without ${String(text)}:\n${this.output}`);
    };
    const timer = setTimeout(() => this.tell(), PATIENCE_MS);
    const deadline = Date.now() + PATIENCE_MS;
    while (!this.hasPrinted(text, from)) {
      if (this.child.exitCode !== null) fail('has ended');
      if (Date.now() >= deadline) fail('goes on');
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
    clearTimeout(timer);
  }

  /** Types a line; resolves when the text is printed in answer. */
  async type(line: string, answer: string | RegExp): Promise<void> {
    const from = this.output.length;
    this.child.stdin.write(`${line}\n`);
    await this.prints(answer, from);
  }

  /** Ends the input; resolves with everything that was printed, when the program has ended well. */
  async leave(): Promise<string> {
    this.child.stdin.end();
    const code = await this.ended;
    if (code !== 0) throw new Error(`The program has ended with ${code}:\n${this.output}`);
    return this.output;
  }

  async stop(): Promise<void> {
    this.child.kill();
    await this.ended;
  }

  private hasPrinted(text: string | RegExp, from: number): boolean {
    const printed = this.output.slice(from);
    return typeof text === 'string' ? printed.includes(text) : text.test(printed);
  }

  private tell(): void {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }
}
