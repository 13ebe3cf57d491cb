import { CatalogueClient } from '../../support/catalogue-client.js';
import { ADMIN_KEY } from '../../support/chat-server.js';
import { EventStream } from '../../support/event-stream.js';
import { eventually } from '../../support/eventually.js';
import { signatureOf } from '../../support/fake-twilio.mjs';
import { PUBLIC_URL, WhatsApp } from '../whatsapp/whatsapp.support.js';
import type { Catalogue, Ids, Page } from './catalogue.support.js';

export const describeChannels = (catalogue: Catalogue): void =>
  describe('channels', () => {
    const { validator } = catalogue;
    let admin: CatalogueClient;
    let anonymous: CatalogueClient;
    let botId = '';
    beforeAll(() => void ({ admin, anonymous, botId } = catalogue));

    it('is embedded in other sites', async () => {
      await admin.call('updateWidgetSettings', { path: { botId } });
      expect(await admin.call('getWidgetSettings', { path: { botId } })).toEqual(
        validator.exampleBody('updateWidgetSettings'),
      );
      const path = { botCode: 'welcome' };
      const page = await anonymous.call<string>('getWidgetPage', { path });
      const fileName = /widget\/~\/([\w.-]+\.js)/.exec(page)![1]!;
      await anonymous.call('getWidgetFile', { path: { fileName } });
      const assistantId = `asst_${botId.replaceAll('-', '')}`;
      await anonymous.call('getChatbotPage', { query: { assistant_id: assistantId } });
      await anonymous.call('getWidgetScript');
      await anonymous.call('getWidgetLoader', { path });
      const session = await anonymous.call<Ids>('openWidgetSession', { path });
      expect(await anonymous.call('openWidgetSession', { path, body: { token: session['token'] } })).toMatchObject({
        visitorId: session['visitorId'],
      });
    });

    it('speaks the threads API', async () => {
      const begin = async (): Promise<string> => (await anonymous.call<Ids>('createThread'))['thread_id']!;
      const stream = await EventStream.open(`${catalogue.server.app.url}/events/threads`, {
        headers: { authorization: `Bearer ${ADMIN_KEY}` },
      });
      const [threadId, other] = [await begin(), await begin()];
      await stream.until((events) => events.length > 0);
      const text = stream.events.map(({ data }) => `data: ${JSON.stringify(data)}\n\n`).join('');
      await validator.check('GET', '/events/threads', new Response(text, { headers: stream.headers }));
      await stream.close();
      const path = { threadId };
      const { assistant_id: assistantId } = await admin.call<Ids>('createAssistant');
      await admin.call('updateAssistant', { body: { asst_id: assistantId, model: '' } });
      expect(await admin.call('getAssistant', { path: { assistantId: assistantId! } })).toMatchObject({ model: '' });
      await admin.call('listAssistants');
      const say = { thread_id: threadId, asst_id: assistantId };
      expect(await anonymous.call('addThreadMessage', { body: say })).toEqual({ run_id: expect.any(String) });
      await admin.call('deleteAssistant', { path: { assistantId: assistantId! } });
      expect(await anonymous.call('getThreadMessages', { path })).toMatchObject({
        messages: [{ assistant_id: assistantId }, { role: 'user' }],
      });
      await anonymous.call('getThreadVariables', { path });
      await admin.call('takeThreadOver', { path });
      await admin.call('addAgentMessage', { body: { thread_id: threadId } });
      await anonymous.call('getThread', { path });
      await anonymous.call('endThread', { body: { thread_id: other } });
      await anonymous.call('terminateThread', { path: { threadId: other, code: 'window_closed' } });
      await admin.call('deleteThread', { path });
      await admin.call('listThreads');
    });

    it('serves customers on WhatsApp', async () => {
      const whatsapp = await WhatsApp.start();
      const { twilio } = whatsapp;
      const client = new CatalogueClient(validator, whatsapp.server.app.url, ADMIN_KEY);
      const sign = (path: string, form: object): Record<string, string> => ({
        'x-twilio-signature': signatureOf(twilio.authToken, `${PUBLIC_URL}${path}`, form as Ids),
      });
      const message = validator.exampleBody('receiveWhatsAppMessage')!;
      expect(await client.call('receiveWhatsAppMessage', { headers: sign('/webhook', message) })).toBe('');
      let sent: { id: number; sid: string } | undefined;
      const query = { State: 'sent' };
      await eventually(async () => {
        [sent] = (await client.call<Page<{ id: number; sid: string }>>('getWhatsAppOutbox', { query })).items;
        return sent !== undefined;
      });
      const report = { ...validator.exampleBody('receiveWhatsAppStatus'), MessageSid: sent!.sid };
      const headers = sign(`/webhook/status?message=${sent!.id}`, report);
      await client.call('receiveWhatsAppStatus', { query: { message: sent!.id }, body: report, headers });
      expect(await client.call('getWhatsAppStatus')).toMatchObject({ isOn: true, dead: 1 });
      await client.call('retryWhatsAppMessage', { path: { outboxId: sent!.id } });
      await whatsapp.stop();
    });
  });
