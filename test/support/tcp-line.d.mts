/** A way to a server (a database, Redis) that can be cut, and that can fall silent: it accepts and forwards nothing. */
export class TcpLine {
  static open(target: string): Promise<TcpLine>;
  /** The address of the server behind it, through this line. */
  get url(): string;
  freeze(): void;
  /** What was sent meanwhile arrives. */
  thaw(): void;
  sever(): void;
  mend(): void;
  cut(): void;
}
