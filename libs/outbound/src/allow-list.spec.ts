import { AllowList } from './allow-list.js';

describe('AllowList', () => {
  it('allows nothing by itself', () => {
    const list = new AllowList([]);
    expect(list.hasHost('localhost', '80')).toBe(false);
    expect(list.hasAddress('127.0.0.1')).toBe(false);
  });

  it('knows hosts with any port, and with one', () => {
    const list = new AllowList(['crm.internal', 'Billing.internal:8080', '127.0.0.1:9000', '[::1]:9001', '::2']);
    expect(list.hasHost('crm.internal', '1234')).toBe(true);
    expect(list.hasHost('CRM.internal.', '80')).toBe(true);
    expect(list.hasHost('sub.crm.internal', '80')).toBe(false);
    expect(list.hasHost('billing.internal', '8080')).toBe(true);
    expect(list.hasHost('billing.internal', '80')).toBe(false);
    expect(list.hasHost('127.0.0.1', '9000')).toBe(true);
    expect(list.hasHost('127.0.0.1', '9001')).toBe(false);
    expect(list.hasHost('::1', '9001')).toBe(true);
    expect(list.hasHost('::2', '1')).toBe(true);
  });

  it('knows networks, also in the spellings of IPv6', () => {
    const list = new AllowList(['10.20.0.0/16', 'fd00::/8']);
    expect(list.hasAddress('10.20.3.4')).toBe(true);
    expect(list.hasAddress('::ffff:10.20.3.4')).toBe(true);
    expect(list.hasAddress('10.21.0.1')).toBe(false);
    expect(list.hasAddress('fd12::1')).toBe(true);
    expect(list.hasAddress('fe80::1')).toBe(false);
  });

  it.each(['10.0.0.0/33', 'not/a-network', 'a b', 'host:99999'])('refuses %s', (entry) =>
    expect(() => new AllowList([entry])).toThrow(/OUTBOUND_ALLOW_HOSTS/),
  );
});
