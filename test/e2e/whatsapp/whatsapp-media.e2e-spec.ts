import { eventually } from '../../support/eventually.js';
import { expectedText } from '../../support/fake-provider/fake-provider.mjs';
import type { TwilioFile } from '../../support/fake-twilio.mjs';
import { bearer } from '../../support/http-client.js';
import { Person } from '../takeover/takeover.support.js';
import { PUBLIC_URL, WhatsApp, type Customer } from './whatsapp.support.js';

const PNG: TwilioFile = {
  type: 'image/png',
  bytes: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg==',
    'base64',
  ),
};
const VOICE: TwilioFile = { type: 'audio/ogg', bytes: Buffer.from('OggS and so on') };
const PDF: TwilioFile = { type: 'application/pdf', bytes: Buffer.from('%PDF-1.7\n%%EOF\n') };

let whatsapp: WhatsApp;
let eve: Person;
beforeAll(async () => {
  whatsapp = await WhatsApp.start();
  eve = await Person.create(whatsapp.server, 'Eve', ['user', 'agent']);
});
afterAll(() => whatsapp.stop());
afterEach(() => whatsapp.twilio.reset());

const asked = (): string => JSON.stringify(whatsapp.server.provider.journal.last?.body);
const notesOf = async (customer: Customer): Promise<string[]> =>
  (await customer.log()).flatMap(({ type, data }) => (type === 'note.created' ? data.text.split('\n') : []));
/** The notes once there are so many lines. */
async function notes(customer: Customer, count: number): Promise<string[]> {
  await eventually(async () => (await notesOf(customer)).length >= count);
  return notesOf(customer);
}

/** A customer whose chat Eve holds. */
async function claimed(): Promise<Customer> {
  const ada = whatsapp.customer('Ada Lovelace');
  await ada.say('Hello');
  await ada.heard(1);
  expect((await eve.act(await ada.chatId(), 'claim')).status).toBe(200);
  return ada;
}

/** What an agent gets at the address of a note. */
async function fetchFrom(note: string, headers = bearer(eve.key)): Promise<Response> {
  const address = / (https:.*)$/.exec(note)![1]!;
  return fetch(address.replace(PUBLIC_URL, whatsapp.server.app.url), { headers });
}

describe('files in a chat that a person holds', () => {
  it('are kept and shown to agents, and the customer is told nothing', async () => {
    const ada = await claimed();
    await ada.say('', whatsapp.twilio.media(PNG));
    const [note] = await notes(ada, 1);
    expect(note).toMatch(/^The customer sent a picture: https:.*\/whatsapp\/picture-[0-9a-f]{12}-1\.png$/);
    const file = await fetchFrom(note!);
    expect([file.status, file.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(Buffer.from(await file.arrayBuffer()).equals(PNG.bytes)).toBe(true);
    const log = await ada.log();
    expect(log.at(-1)).toMatchObject({
      type: 'message.created',
      actor: { name: 'Ada Lovelace' },
      data: { text: '[a picture]' },
    });
    expect(ada.texts).toEqual([expectedText('Hello')]);
  });

  it('are fetched from Twilio by its credentials, which go no further', async () => {
    const ada = await claimed();
    await ada.say('', whatsapp.twilio.media(PNG));
    await notes(ada, 1);
    const [request] = whatsapp.twilio.requests.filter(({ path }) => path.includes('/Media/'));
    expect(request!.headers['authorization']).toMatch(/^Basic /);
    expect(whatsapp.twilio.cdnRequests).toHaveLength(1);
    expect(whatsapp.twilio.cdnRequests[0]!.headers).not.toHaveProperty('authorization');
  });

  it('are listed for agents, and are not there for others', async () => {
    const ada = await claimed();
    await ada.say('Two of them', whatsapp.twilio.media(VOICE, PDF));
    const [voice, pdf] = await notes(ada, 2);
    expect(voice).toContain('sent a voice message: ');
    expect(pdf).toContain('sent a document: ');
    const path = `/api/chats/${await ada.chatId()}/files`;
    const { body } = await whatsapp.server.call<{ items: { contentType: string }[] }>(
      'GET',
      path,
      undefined,
      bearer(eve.key),
    );
    expect(body.items.map(({ contentType }) => contentType).toSorted()).toEqual(['application/pdf', 'audio/ogg']);
    expect((await fetchFrom(voice!, {})).status).toBe(404);
    expect((await fetchFrom(voice!)).status).toBe(200);
    expect((await ada.log()).at(-1)!.data).toMatchObject({ text: 'Two of them' });
  });

  it('are fetched again when that fails', async () => {
    const ada = await claimed();
    await ada.say('', whatsapp.twilio.media({ ...PNG, faults: [{ status: 503 }, { status: 404 }] }));
    expect((await notes(ada, 1))[0]).toContain('sent a picture: ');
  });

  it.each<[string, TwilioFile, string]>([
    ['that cannot be had', { ...PNG, faults: [{ status: 403 }] }, 'it could not be fetched from Twilio.'],
    [
      'that are elsewhere',
      { ...PNG, faults: [{ redirect: 'http://169.254.169.254/' }] },
      'This address may not be called.',
    ],
    [
      'that are not what they are called',
      { ...PNG, bytes: Buffer.from('<script>') },
      'A file must be what its name says',
    ],
    ['of other types', { ...PNG, type: 'application/x-msdownload' }, 'files of the type application/x-msdownload'],
    ['that are too large', { ...PNG, bytes: Buffer.alloc(20_000_001) }, 'The answer is too large.'],
    ['that are empty', { ...PNG, bytes: Buffer.alloc(0) }, 'it is empty'],
  ])('%s are not kept, and agents are told why', async (_, file, reason) => {
    const ada = await claimed();
    await ada.say('', whatsapp.twilio.media(file));
    const [note] = await notes(ada, 1);
    expect(note).toContain('It is not kept: ');
    expect(note).toContain(reason);
    expect(ada.texts).toHaveLength(1);
  });

  it('that stay away are given up in the end, and what follows goes on', async () => {
    const ada = await claimed();
    await ada.say('', whatsapp.twilio.media({ ...PNG, faults: Array.from({ length: 9 }, () => ({ status: 500 })) }));
    await ada.say('Did you get it?');
    const [note] = await notes(ada, 1);
    expect(note).toContain('it could not be fetched from Twilio. The answer has a status that means failure.');
    await eventually(async () => JSON.stringify(await ada.log()).includes('Did you get it?'));
  });
});

describe('files for a bot', () => {
  it('go to its model when that sees pictures', async () => {
    const ada = whatsapp.customer();
    await ada.say('What is this?', whatsapp.twilio.media(PNG));
    await ada.heard(1);
    expect(asked()).toContain(`data:image/png;base64,${PNG.bytes.toString('base64')}`);
    await ada.say('', whatsapp.twilio.media(PNG));
    await ada.heard(2);
    expect(asked()).toContain('[a picture]');
  });

  it('that its model cannot read are declined, once for all that come in a row', async () => {
    const ada = whatsapp.customer();
    const before = whatsapp.server.provider.journal.count;
    for (const file of [VOICE, PDF, VOICE]) await ada.say('', whatsapp.twilio.media(file));
    const lines = await notes(ada, 3);
    expect(lines.every((line) => line.includes(': https://'))).toBe(true);
    await ada.say('Sorry [[text=No matter.]]');
    await eventually(() => ada.texts.includes('No matter.'));
    expect(ada.texts).toEqual([expect.stringContaining('only read text'), 'No matter.']);
    expect(whatsapp.server.provider.journal.count).toBe(before + 1);
    await ada.say('', whatsapp.twilio.media(VOICE));
    await eventually(() => ada.texts.length === 3);
    expect(ada.texts[2]).toContain('only read text');
  });

  it('are contacts and places as well, which it reads', async () => {
    const ada = whatsapp.customer();
    const vcard = Buffer.from('BEGIN:VCARD\nFN:Grace Hopper\nEND:VCARD\n');
    await ada.say('', { ...whatsapp.twilio.media({ type: 'text/x-vcard', bytes: vcard }), MessageType: 'contacts' });
    await ada.heard(1);
    expect(asked()).toContain('Grace Hopper');
    await ada.say('', { MessageType: 'location', Latitude: '52.5', Longitude: '13.4', Label: 'The Gate' });
    await ada.heard(2);
    expect(asked()).toContain('[a place: The Gate, 52.5, 13.4]');
  });

  it('wait for the agent whom the customer has asked for', async () => {
    const ada = await claimed();
    expect((await eve.act(await ada.chatId(), 'release', { to: 'queue' })).status).toBe(200);
    await ada.say('', whatsapp.twilio.media(VOICE));
    await eventually(async () => JSON.stringify(await ada.log()).includes('[a voice message]'));
    expect(ada.texts).toEqual([expectedText('Hello')]);
  });
});

describe('what is sent besides text and files', () => {
  it('is noted when it cannot be shown, and buttons are what they say', async () => {
    const ada = await claimed();
    await ada.say('', { ButtonText: 'Yes, please', ButtonPayload: 'yes-1', MessageType: 'button' });
    await ada.say('', { MessageType: 'order' });
    expect(await notes(ada, 1)).toEqual(['The customer sent something that is not text. It is not kept.']);
    const log = JSON.stringify(await ada.log());
    expect(log).toContain('Yes, please');
    expect(log).toContain('[something that is not text]');
    const chat = `/api/takeover/chats/${await ada.chatId()}`;
    expect((await whatsapp.server.asAdmin('GET', chat)).body).toMatchObject({ customerName: 'Ada Lovelace' });
  });

  it('comes from people without a number, who are answered where they are', async () => {
    const ada = whatsapp.customer('@ada');
    const sender = 'whatsapp:US.13491208655302741918';
    await ada.say('Hello', { From: sender, WaId: '' });
    await eventually(() => whatsapp.twilio.textsTo(sender).length === 1);
    await ada.say('Again', { From: '', ExternalUserId: 'US.13491208655302741918' });
    await eventually(() => whatsapp.twilio.textsTo(sender).length === 2);
    expect(whatsapp.twilio.textsTo(sender)).toEqual([expectedText('Hello'), expectedText('Again')]);
  });
});
