export interface TwilioFault {
  /** Answer with this status, Twilio's code, and `Retry-After` (seconds). */
  status?: number;
  code?: number;
  message?: string;
  retryAfter?: number;
  /** Never answer. */
  hang?: true;
  /** Cut the connection before or after the message was taken. */
  reset?: 'before' | 'after';
  /** Answer with a redirection to this address. */
  redirect?: string;
}

export interface TwilioFile {
  type: string;
  bytes: Buffer;
  faults?: TwilioFault[];
}

export interface TwilioMessage {
  sid: string;
  to: string;
  from: string;
  body: string;
  status: string;
  statusCallback: string;
  createdAt: Date;
}

export interface TwilioRequest {
  method: string;
  path: string;
  form: Record<string, string>;
  query: Record<string, string>;
  headers: Record<string, string | undefined>;
  at: number;
}

export type Form = Record<string, string>;

export declare function signatureOf(authToken: string, url: string, form: Form): string;
export declare function postSigned(url: string, form: Form, authToken: string, signedUrl?: string): Promise<Response>;

export declare class FakeTwilio {
  readonly accountSid: string;
  readonly authToken: string;
  requests: TwilioRequest[];
  messages: TwilioMessage[];
  latency: number;
  cdnRequests: { path: string; headers: Record<string, string | undefined> }[];
  get url(): string;
  get settings(): Record<string, string>;
  start(port?: number): Promise<string>;
  stop(): Promise<void>;
  failNext(...faults: TwilioFault[]): void;
  failNextLooks(...faults: Pick<TwilioFault, 'status' | 'code'>[]): void;
  failWhen(rule: (form: Form) => TwilioFault | undefined): void;
  media(...files: TwilioFile[]): Form;
  reset(): void;
  textsTo(to: string): string[];
  report(sid: string, status: string, errorCode: number | undefined, baseUrl: string): Promise<Response>;
}
