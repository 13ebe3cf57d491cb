import { AppError } from '@app/common';

/** A customer's message as it waits in the inbox. */
export interface IncomingWhatsApp {
  /** Twilio's MessageSid; null when the form had none. */
  sid: string | null;
  /** `whatsapp:+…`. */
  from: string;
  /** Null for what is not text: a picture, a voice message, a place. */
  text: string | null;
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

/** A body that is no flat form of strings is refused, like one whose fields are missing. */
export function formOf(body: unknown): Form {
  const fields = Object.entries(body ?? {});
  if (typeof body !== 'object' || !fields.every(([, value]) => typeof value === 'string')) throw refused();
  return Object.fromEntries<string>(fields);
}

/** Throws VALIDATION_FAILED when the form does not say who writes what. */
export function incomingOf(form: Form): IncomingWhatsApp {
  const from = form['From'] ?? '';
  const sid = form['MessageSid'] || form['SmsMessageSid'] || null;
  if (!VISIBLE_ASCII.test(from) || (sid !== null && !VISIBLE_ASCII.test(sid))) throw refused();
  const text = form['Body']?.trim() ? form['Body'] : null;
  if (text === null && !hasOtherContents(form)) throw refused();
  return { sid, from, text, name: nameOf(form['ProfileName'], from) };
}

export function reportOf(form: Form): DeliveryReport {
  const sid = form['MessageSid'] ?? form['SmsSid'] ?? null;
  const status = form['MessageStatus'] ?? form['SmsStatus'] ?? '';
  const errorCode = form['ErrorCode'] ?? null;
  if (!STATUS.test(status) || (sid !== null && !VISIBLE_ASCII.test(sid))) throw refused();
  return { sid, status, errorCode: errorCode !== null && ERROR_CODE.test(errorCode) ? errorCode : null };
}

/** A picture, a voice message, a document, a place, a contact. */
function hasOtherContents(form: Form): boolean {
  return (
    Number(form['NumMedia'] ?? 0) > 0 ||
    form['Latitude'] !== undefined ||
    !['text', undefined].includes(form['MessageType'])
  );
}

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
