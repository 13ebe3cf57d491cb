/** What a demo bot is about, in both languages. */
export interface DemoTopic {
  code: string;
  name: string;
  nameDe: string;
  subject: string;
  subjectDe: string;
  keywords: string;
}

const topic = (
  code: string,
  name: string,
  nameDe: string,
  subject: string,
  subjectDe: string,
  keywords: string,
): DemoTopic => ({ code, name, nameDe, subject, subjectDe, keywords });

/** The first three are start bots; each leads to the members of its range. */
export const TOPICS: readonly DemoTopic[] = [
  topic('front-desk', 'Front desk', 'Empfang', 'everything in the company', 'alles im Unternehmen', ''),
  topic('customer-care', 'Customer care', 'Kundendienst', 'orders and products', 'Bestellungen und Produkte', ''),
  topic('it-desk', 'IT desk', 'IT-Anlaufstelle', 'computers and accounts', 'Rechner und Konten', ''),
  topic(
    'holidays',
    'Holidays',
    'Urlaub',
    'leave and holidays',
    'Urlaub und Feiertage',
    'holiday, leave, vacation, Urlaub',
  ),
  topic(
    'payroll',
    'Payroll',
    'Gehalt',
    'salaries and payslips',
    'Gehälter und Abrechnungen',
    'salary, payslip, Gehalt',
  ),
  topic(
    'expenses',
    'Travel expenses',
    'Reisekosten',
    'business trips',
    'Dienstreisen',
    'travel, receipt, Reise, Beleg',
  ),
  topic('canteen', 'Canteen', 'Kantine', 'menus and opening hours', 'Speiseplan und Zeiten', 'menu, lunch, Essen'),
  topic('parking', 'Parking', 'Parken', 'parking permits', 'Parkausweise', 'car, permit, Parkplatz'),
  topic(
    'onboarding',
    'First weeks',
    'Erste Wochen',
    'starting a new job here',
    'den Einstieg bei uns',
    'new, start, Einstieg',
  ),
  topic('training', 'Training', 'Weiterbildung', 'courses', 'Kurse und Seminare', 'course, seminar, Kurs'),
  topic(
    'works-council',
    'Works council',
    'Betriebsrat',
    'agreements',
    'Betriebsvereinbarungen',
    'agreement, Vereinbarung',
  ),
  topic(
    'facilities',
    'Facilities',
    'Gebäude',
    'rooms and repairs',
    'Räume und Reparaturen',
    'room, repair, Raum, Heizung',
  ),
  topic('orders', 'Orders', 'Bestellungen', 'the state of an order', 'den Stand einer Bestellung', 'order, Bestellung'),
  topic('delivery', 'Delivery', 'Lieferung', 'parcels', 'Pakete und Zustellung', 'parcel, delivery, Paket, Lieferung'),
  topic('returns', 'Returns', 'Rücksendungen', 'sending goods back', 'Rücksendungen', 'return, refund, Rückgabe'),
  topic(
    'invoices',
    'Invoices',
    'Rechnungen',
    'invoices and payment',
    'Rechnungen und Zahlung',
    'invoice, payment, Rechnung',
  ),
  topic(
    'warranty',
    'Warranty',
    'Gewährleistung',
    'defects and warranty',
    'Mängel und Garantie',
    'defect, broken, Mangel',
  ),
  topic('complaints', 'Complaints', 'Ärger & Beschwerden', 'complaints', 'Beschwerden', 'complaint, angry, Beschwerde'),
  topic(
    'products',
    'Product advice',
    'Produktberatung',
    'choosing a product',
    'die Wahl eines Produkts',
    'compare, advice, Beratung',
  ),
  topic(
    'subscriptions',
    'Subscriptions',
    'Abonnements',
    'subscriptions',
    'Abonnements',
    'subscription, cancel, Abo, kündigen',
  ),
  topic('spare-parts', 'Spare parts', 'Ersatzteile', 'spare parts', 'Ersatzteile', 'part, Ersatzteil'),
  topic(
    'passwords',
    'Passwords',
    'Kennwörter',
    'passwords and locked accounts',
    'Kennwörter und Sperren',
    'password, locked, Kennwort',
  ),
  topic('vpn', 'VPN', 'VPN', 'working from outside', 'die Arbeit von außen', 'vpn, remote, Homeoffice'),
  topic(
    'printers',
    'Printers',
    'Drucker',
    'printers and paper jams',
    'Drucker und Papierstau',
    'printer, paper, Drucker',
  ),
  topic('mail', 'Mail and calendar', 'E-Mail und Kalender', 'mail', 'E-Mail und Kalender', 'mail, calendar, Kalender'),
  topic('phones', 'Phones', 'Telefone', 'telephones', 'Telefone und Tarife', 'phone, sim, Telefon'),
  topic(
    'software',
    'Software requests',
    'Softwarewünsche',
    'new software',
    'neue Programme',
    'software, licence, Lizenz',
  ),
  topic('security', 'Security', 'Sicherheit', 'suspicious mails', 'verdächtige E-Mails', 'phishing, virus, verdächtig'),
  topic(
    'data-protection',
    'Data protection',
    'Datenschutz',
    'personal data',
    'personenbezogene Daten',
    'privacy, data, Datenschutz',
  ),
  topic(
    'translations',
    'Translations',
    'Übersetzungen',
    'translating texts',
    'das Übersetzen von Texten',
    'translate, übersetzen',
  ),
];

/** Start bot by position, and the positions of its members: from, to. */
export const START_BOTS: readonly { start: number; from: number; to: number }[] = [
  { start: 0, from: 3, to: 11 },
  { start: 1, from: 12, to: 20 },
  { start: 2, from: 21, to: 28 },
];
