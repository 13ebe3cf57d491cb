const TAGS = ['<think>', '<thinking>', '<thought>'];
const LONGEST_THOUGHT = 4 * 1024 * 1024;

/**
 * Removes the thoughts that models write between tags within their answers, however the stream is divided. Only a tag at the beginning of
 * the answer or of a line counts: within a sentence it is a mention. A tag that is never closed opens a thought only at the beginning of the answer.
 */
export class ThoughtFilter {
  /** Not decided yet: the beginning of a tag, or a thought. */
  private held = '';
  /** The opening tag of the thought that is being read. */
  private thought: string | null = null;
  /** Empty lines at the beginning, until it is known whether they belong to the answer or to a thought. */
  private leading = '';
  private hasSpoken = false;
  private isAfterThought = false;
  private isLineStart = true;

  constructor(private readonly onThought: (thought: string) => void = () => undefined) {}

  /** The part of what came so far that belongs to the answer. */
  take(piece: string): string {
    if (piece === '') return '';
    const isPlain = this.thought === null && this.held === '' && !piece.includes('<');
    if (isPlain) return this.say(piece);
    this.held += piece;
    let said = '';
    for (;;) {
      if (this.thought !== null) {
        if (!this.endThought(this.thought)) return said;
      } else {
        const at = this.findTag();
        const tag = TAGS.find((each) => this.held.startsWith(each, at));
        said += this.say(this.held.slice(0, at));
        this.held = this.held.slice(at);
        if (!tag) return said;
        this.held = this.held.slice(tag.length);
        this.thought = tag;
      }
    }
  }

  /** The answer is over: what is still held belongs to it, unless it is a thought that the answer never came after. */
  end(): string {
    const { held, thought, leading } = this;
    this.held = '';
    this.thought = null;
    if (thought === null) return held === '' && this.hasSpoken ? '' : leading + this.say(held);
    if (this.hasSpoken) return thought + held;
    this.onThought(held);
    return '';
  }

  /** False when its end has not come yet. */
  private endThought(tag: string): boolean {
    const closing = tag.replace('<', '</');
    const at = this.held.indexOf(closing);
    if (at === -1) {
      if (this.held.length > LONGEST_THOUGHT) throw new RangeError('The answer is too long.');
      return false;
    }
    this.onThought(this.held.slice(0, at));
    this.held = this.held.slice(at + closing.length);
    this.thought = null;
    this.isAfterThought = true;
    this.isLineStart = true;
    return true;
  }

  /** Where a tag begins, or could begin once more has come; the end of what is held when there is none. */
  private findTag(): number {
    for (let at = this.held.indexOf('<'); at !== -1; at = this.held.indexOf('<', at + 1)) {
      const line = this.held.lastIndexOf('\n', at) + 1;
      const startsLine = this.held.slice(line, at).trim() === '' && (line > 0 || this.isLineStart);
      if (startsLine && TAGS.some((tag) => tag.startsWith(this.held.slice(at, at + tag.length)))) return at;
    }
    return this.held.length;
  }

  private say(piece: string): string {
    let text = piece;
    if (this.isAfterThought) text = text.trimStart();
    if (text === '') return '';
    const lastLine = text.slice(text.lastIndexOf('\n') + 1);
    const isBlank = lastLine.trim() === '';
    this.isLineStart = isBlank && (this.isLineStart || lastLine.length < text.length);
    if (!this.hasSpoken && text.trim() === '') {
      this.leading += text;
      return '';
    }
    text = this.hasSpoken || this.isAfterThought ? text : this.leading + text;
    this.leading = '';
    this.hasSpoken = true;
    this.isAfterThought = false;
    return text;
  }
}
