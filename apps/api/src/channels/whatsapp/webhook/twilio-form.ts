import { AppError } from '@app/common';

/** A customer's message as it waits in the inbox. */
export interface IncomingWhatsApp {
  /** Twilio's MessageSid; null when the form had none. */
  sid: string | null;
  /** `whatsapp:+…`, or `whatsapp:US.…` of customers who hide their number. */
  from: string;
  /** Null for what is not text: a picture, a voice message. */
  text: string | null;
  /** What was sent besides text and files, as agents are told: `something that is not text`. Missing in what older versions have stored. */
  contents?: string | null;
  /** Missing in what older versions have stored. */
  media?: IncomingMedia[];
  name: string;
}

/** A file, which is fetched from Twilio. */
export interface IncomingMedia {
  url: string;
  /** As Twilio calls it; empty when it does not say. */
  contentType: string;
  /** What it is, as people are told: `a picture`. */
  kind: string;
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
const CONTENT_TYPE = /^[\w.+-]+\/[\w.+-]+$/;
const COORDINATE = /^-?\d{1,3}(\.\d{1,20})?$/;
const LINE_LENGTH = 100;
const URL_LENGTH = 2000;
/** https://www.twilio.com/docs/messaging/guides/webhook-request: `MediaUrl0` to `MediaUrl9`. */
const MOST_MEDIA = 10;
const PREFIX = /^whatsapp:/;
/**
 * Where the text is, the first that there is: what was written, or the button or list item that was chosen.
 * https://www.twilio.com/docs/messaging/guides/webhook-request, https://www.twilio.com/docs/content/twilio-list-picker
 */
const TEXTS = ['Body', 'ButtonText', 'ListTitle', 'ButtonPayload', 'ListId'];
const KINDS = new Map([
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
  const from = senderOf(form);
  const sid = form['MessageSid'] || form['SmsMessageSid'] || null;
  if (!VISIBLE_ASCII.test(from) || (sid !== null && !VISIBLE_ASCII.test(sid))) throw refused();
  if (form['MessageType'] === 'reaction') return null;
  const written = TEXTS.map((name) => form[name]).find((each) => each?.trim()) ?? null;
  const text = [written, placeOf(form)].filter((part) => part !== null).join('\n') || null;
  const media = mediaOf(form);
  const contents = text === null && media.length === 0 ? otherContentsOf(form) : null;
  if (text === null && media.length === 0 && contents === null) throw refused();
  return { sid, from, text, contents, media, name: oneLine(form['ProfileName']) || from.replace(PREFIX, '') };
}

export function reportOf(form: Form): DeliveryReport {
  const sid = form['MessageSid'] ?? form['SmsSid'] ?? null;
  const status = form['MessageStatus'] ?? form['SmsStatus'] ?? '';
  const errorCode = form['ErrorCode'] ?? null;
  if (!STATUS.test(status) || (sid !== null && !VISIBLE_ASCII.test(sid))) throw refused();
  return { sid, status, errorCode: errorCode !== null && ERROR_CODE.test(errorCode) ? errorCode : null };
}

/**
 * People with a username can keep their number to themselves. Twilio then sends the id that the business knows them by as `From`, and in
 * every message as `ExternalUserId`: https://github.com/dimagi/open-chat-studio/issues/3322; the form of the id:
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
 */
function senderOf({ From: from, ExternalUserId: id }: Form): string {
  if (from && from !== 'whatsapp:') return from;
  return id ? `whatsapp:${id.replace(PREFIX, '')}` : '';
}

/** A place in words: bots can read it. */
function placeOf({ Latitude, Longitude, Label, Address }: Form): string | null {
  if (![Latitude, Longitude].every((coordinate) => COORDINATE.test(coordinate ?? ''))) return null;
  const names = [Label, Address].map(oneLine).filter((name) => name !== '');
  return `[a place: ${[...names, `${Latitude}, ${Longitude}`].join(', ')}]`;
}

function mediaOf(form: Form): IncomingMedia[] {
  const count = Math.min(Number(form['NumMedia'] ?? 0) || 0, MOST_MEDIA);
  const media = [];
  for (let index = 0; index < count; index++) {
    const type = (form[`MediaContentType${index}`] ?? '').replace(/;.*/s, '').trim().toLowerCase();
    const contentType = CONTENT_TYPE.test(type) ? type : '';
    const url = (form[`MediaUrl${index}`] ?? '').slice(0, URL_LENGTH);
    media.push({ url, contentType, kind: kindOf(count === 1 ? form['MessageType'] : undefined, contentType) });
  }
  return media;
}

function kindOf(messageType: string | undefined, contentType: string): string {
  if (contentType.endsWith('vcard')) return 'a contact';
  const names = [messageType, contentType.split('/')[0]];
  return names.map((name) => KINDS.get(name ?? '')).find((kind) => kind !== undefined) ?? 'a file';
}

const otherContentsOf = ({ MessageType: type = 'text' }: Form): string | null =>
  type === 'text' ? null : (KINDS.get(type) ?? 'something that is not text');

/** What people have named themselves or a place, for people to read. */
const oneLine = (text: string | undefined): string =>
  (text ?? '')
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, LINE_LENGTH)
    .toWellFormed();

const refused = (): AppError => new AppError('VALIDATION_FAILED');
