import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import { formOf, incomingOf, reportOf, type Form } from './twilio-form.js';

const FROM = 'whatsapp:+15551234567';
const refusal = expect.objectContaining({ code: 'VALIDATION_FAILED' }) as Error;

describe('the form of a message', () => {
  it('says who writes what', () => {
    expect(incomingOf({ From: FROM, Body: ' Hello ', MessageSid: 'SM1', ProfileName: 'Ada\n Lovelace' })).toEqual({
      from: FROM,
      text: ' Hello ',
      contents: null,
      media: [],
      sid: 'SM1',
      name: 'Ada Lovelace',
    });
  });

  it('names people by their numbers when they have no name', () => {
    expect(incomingOf({ From: FROM, Body: 'x', ProfileName: '\u200b \n' })?.name).toBe('+15551234567');
    expect(incomingOf({ From: FROM, Body: 'x', ProfileName: '🙂'.repeat(200) })?.name.isWellFormed()).toBe(true);
  });

  it.each<Form>([
    { From: 'whatsapp:US.13491208655302741918' },
    { ExternalUserId: 'US.13491208655302741918' },
    { From: 'whatsapp:', ExternalUserId: 'whatsapp:US.13491208655302741918' },
  ])('may come from a person without a number: %p', (sender) =>
    expect(incomingOf({ ...sender, Body: 'x' })).toMatchObject({
      from: 'whatsapp:US.13491208655302741918',
      name: 'US.13491208655302741918',
    }),
  );

  it.each<[string, Form]>([
    ['a picture', { MediaContentType0: 'image/png' }],
    ['a sticker', { MessageType: 'sticker', MediaContentType0: 'image/webp' }],
    ['a voice message', { MediaContentType0: 'audio/ogg; codecs=opus' }],
    ['a contact', { MessageType: 'contacts', MediaContentType0: 'text/vcard' }],
    ['a file', { MediaContentType0: '<b>' }],
    ['a file', {}],
  ])('may bring %s', (kind, extra) =>
    expect(incomingOf({ From: FROM, NumMedia: '1', MediaUrl0: 'https://x', ...extra })).toMatchObject({
      text: null,
      contents: null,
      media: [{ kind, url: 'https://x' }],
    }),
  );

  it('may bring several files, ten at most', () => {
    const types = { MediaContentType0: 'IMAGE/PNG', MediaContentType1: 'application/pdf', MediaContentType2: 'x' };
    const media = incomingOf({ From: FROM, Body: 'x', NumMedia: '3', MessageType: 'image', ...types })?.media;
    expect(media?.map(({ kind, contentType }) => [kind, contentType])).toEqual([
      ['a picture', 'image/png'],
      ['a document', 'application/pdf'],
      ['a file', ''],
    ]);
    expect(incomingOf({ From: FROM, Body: 'x', NumMedia: '9e9' })?.media).toHaveLength(10);
    expect(incomingOf({ From: FROM, Body: 'x', NumMedia: '-1' })?.media).toEqual([]);
  });

  it('may be a place', () => {
    const place = { Latitude: '52.5', Longitude: '-13.4', Label: 'Caf\u00e9\n', Address: 'Main Street 1' };
    expect(incomingOf({ From: FROM, Body: '', MessageType: 'location', ...place })).toMatchObject({
      text: '[a place: Caf\u00e9, Main Street 1, 52.5, -13.4]',
      contents: null,
    });
    expect(incomingOf({ From: FROM, MessageType: 'location', Latitude: '<b>', Longitude: '1' })).toMatchObject({
      text: null,
      contents: 'a place',
    });
  });

  it.each<[string, Form]>([
    ['a contact', { MessageType: 'contacts' }],
    ['something that is not text', { MessageType: 'order' }],
  ])('says that it is %s', (contents, extra) =>
    expect(incomingOf({ From: FROM, ...extra })).toMatchObject({ contents }),
  );

  it.each<Form>([
    { ButtonText: 'Yes', ButtonPayload: 'yes-1', MessageType: 'button' },
    { Body: ' ', ListTitle: 'Yes', ListId: '7', MessageType: 'interactive' },
    { Body: 'Yes', ButtonText: 'Other', MessageType: 'button' },
    { ButtonPayload: 'Yes' },
  ])('may be a button or a list item: %p', (extra) =>
    expect(incomingOf({ From: FROM, ...extra })).toMatchObject({ text: 'Yes', contents: null }),
  );

  it('says nothing when it is a reaction', () =>
    expect(incomingOf({ From: FROM, Body: '👍', MessageType: 'reaction' })).toBeNull());

  it.each<Form>([
    { From: FROM },
    { From: FROM, Body: '  ' },
    { Body: 'x' },
    { From: 'whatsapp:\u00fc', Body: 'x' },
    { From: FROM, Body: 'x', MessageSid: 'S'.repeat(65) },
  ])('is refused when it does not: %p', (form) => expect(() => incomingOf(form)).toThrow(refusal));

  it.each([undefined, null, 'text', [], ['a'], { From: 1 }, { From: FROM, Body: { a: 'b' } }])(
    'is a flat form of strings, not %p',
    (body) => expect(() => incomingOf(formOf(body))).toThrow(refusal),
  );
});

it('the form of a report has a status', () => {
  expect(reportOf({ MessageSid: 'SM1', MessageStatus: 'undelivered', ErrorCode: '63016' })).toEqual({
    sid: 'SM1',
    status: 'undelivered',
    errorCode: '63016',
  });
  expect(reportOf({ MessageStatus: 'sent', ErrorCode: '<b>' })).toEqual({ sid: null, status: 'sent', errorCode: null });
  expect(() => reportOf({ MessageSid: 'SM1' })).toThrow(refusal);
});

it('the signature of Twilio is the one of its documentation', () => {
  const form = { From: FROM, Body: 'Hello' };
  const isSigned = (signature: string, changes = {}): boolean =>
    validateRequest('12345', signature, 'http://127.0.0.1:3000/webhook', { ...form, ...changes });
  expect(isSigned('gIxc+PrCtVYQJdprZUHnW+1lIaY=')).toBe(true);
  expect(isSigned('gIxc+PrCtVYQJdprZUHnW+1lIaY=', { Body: 'Hello!' })).toBe(false);
  expect(isSigned('')).toBe(false);
});
