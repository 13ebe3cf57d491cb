import { readConfig } from '@app/common';
import { WhatsAppConfig, WhatsAppEnvironment } from './whatsapp.config.js';

const ALL = {
  TWILIO_ACCOUNT_SID: 'AC00',
  TWILIO_AUTH_TOKEN: 'hunter2',
  TWILIO_FROM: 'whatsapp:+14155238886',
  PUBLIC_URL: 'https://chat.example.com/',
};
const read = (source: Record<string, string>): WhatsAppConfig =>
  new WhatsAppConfig(readConfig([WhatsAppEnvironment], source));

describe('WhatsAppConfig', () => {
  it('wants all that WhatsApp needs, or nothing of it', () => {
    expect(read({}).account).toBeNull();
    expect(read(ALL).account).toMatchObject({ publicUrl: 'https://chat.example.com' });
    expect(() => read({ ...ALL, PUBLIC_URL: '' })).toThrow(/WhatsApp also needs PUBLIC_URL/);
    expect(() => read({ TWILIO_AUTH_TOKEN: 'hunter2' })).toThrow(/TWILIO_ACCOUNT_SID, TWILIO_FROM, PUBLIC_URL/);
    expect(() => read({ TWILIO_AUTH_TOKEN: 'hunter2' })).not.toThrow(/hunter2/);
  });

  it('is checked together with the general settings', () => {
    expect(() => read({ ...ALL, TWILIO_FROM: '+14155238886', PORT: 'x', WHATSAPP_RETRY_MS: '0' })).toThrow(
      /PORT[^]*WHATSAPP_RETRY_MS|PORT[^]*TWILIO_FROM[^]*WHATSAPP_RETRY_MS/,
    );
  });
});
