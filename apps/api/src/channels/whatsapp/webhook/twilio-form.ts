import { AppError } from '@app/common';

/** A customer's message as it waits in the inbox. */
export interface IncomingWhatsApp {
  /** Twilio's MessageSid; null when the form had none. */
  sid: string | null;
  /** `whatsapp:+…`. */
  from: string;
  /** Null for what is not text: a picture, a voice message, a place. */
  text: string | null;
  /** What was sent besides text, as agents are told: `a picture`. Missing in what older versions have stored. */
  contents?: string | null;
  name: string;
}

/** What Twilio says about a message that we have sent. */
export interface DeliveryReport {
  sid: string | null;
  status: string;
  errorCode: string | null;
}

/** The fields of a form as they were posted. */
export type Form = Record<string, string>;

const VISIBLE_ASCII = /^[!-~]{1,64}$/;
const STATUS = /^[a-z_-]{1,20}$/;
const ERROR_CODE = /^\d{1,10}$/;
const NAME_LENGTH = 100;
const PREFIX = /^whatsapp:/;
/** Where the text is, the first that there is: what was written, or the button or list item that was chosen. */
const TEXTS = ['Body', 'ButtonText', 'ListTitle', 'ButtonPayload', 'ListId'];
const CONTENTS = new Map([
  ['image', 'a picture'],
  ['sticker', 'a sticker'],
  ['video', 'a video'],
  ['audio', 'a voice message'],
  ['document', 'a document'],
  ['application', 'a document'],
  ['location', 'a place'],
  ['contacts', 'a contact'],
]);

/** A body that is no flat form of strings is refused, like one whose fields are missing. */
export function formOf(body: unknown): Form {
  const fields = Object.entries(body ?? {});
  if (typeof body !== 'object' || !fields.every(([, value]) => typeof value === 'string')) throw refused();
  return Object.fromEntries<string>(fields);
}

/** Null for a reaction to a message, which says nothing. Throws VALIDATION_FAILED when the form does not say who writes what. */
export function incomingOf(form: Form): IncomingWhatsApp | null {
  const from = form['From'] ?? '';
  const sid = form['MessageSid'] || form['SmsMessageSid'] || null;
  if (!VISIBLE_ASCII.test(from) || (sid !== null && !VISIBLE_ASCII.test(sid))) throw refused();
  if (form['MessageType'] === 'reaction') return null;
  const text = TEXTS.map((name) => form[name]).find((each) => each?.trim()) ?? null;
  const contents = contentsOf(form) ?? (text === null ? otherContentsOf(form) : null);
  if (text === null && contents === null) throw refused();
  return { sid, from, text, contents, name: nameOf(form['ProfileName'], from) };
}

export function reportOf(form: Form): DeliveryReport {
  const sid = form['MessageSid'] ?? form['SmsSid'] ?? null;
  const status = form['MessageStatus'] ?? form['SmsStatus'] ?? '';
  const errorCode = form['ErrorCode'] ?? null;
  if (!STATUS.test(status) || (sid !== null && !VISIBLE_ASCII.test(sid))) throw refused();
  return { sid, status, errorCode: errorCode !== null && ERROR_CODE.test(errorCode) ? errorCode : null };
}

/** What was sent as a file or a place. */
function contentsOf(form: Form): string | null {
  if (form['Latitude'] !== undefined) return 'a place';
  if (!(Number(form['NumMedia'] ?? 0) > 0)) return null;
  const types = [form['MessageType'], form['MediaContentType0']?.split('/')[0]];
  return types.map((type) => CONTENTS.get(type ?? '')).find((name) => name !== undefined) ?? 'a file';
}

const otherContentsOf = ({ MessageType: type = 'text' }: Form): string | null =>
  type === 'text' ? null : (CONTENTS.get(type) ?? 'something that is not text');

/** How the customer is shown to people: by the name of the profile, else by the number. */
function nameOf(profileName: string | undefined, from: string): string {
  const name = (profileName ?? '')
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, NAME_LENGTH)
    .toWellFormed();
  return name === '' ? from.replace(PREFIX, '') : name;
}

const refused = (): AppError => new AppError('VALIDATION_FAILED');
