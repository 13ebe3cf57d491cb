import type { DemoTopic } from './demo-bots.js';
import type { Random } from './random.js';

const QUESTIONS: readonly ((subject: string) => string)[] = [
  (subject) => `What do I need to know about ${subject}?`,
  (subject) => `I have a question about ${subject}: who decides in my case?`,
  (subject) => `How long does it usually take with ${subject}?`,
  (subject) => `Is there a form for ${subject}, and where do I find it?`,
  (subject) => `What has changed this year about ${subject}?`,
  (subject) => `Could you explain ${subject} to me step by step?`,
  () => 'Thank you. And what if I am late?',
  () => 'Does that also hold for part-time colleagues?',
  () => 'Can I talk to a person about this?',
];
const QUESTIONS_DE: readonly ((subject: string) => string)[] = [
  (subject) => `Was muss ich über ${subject} wissen?`,
  (subject) => `Ich habe eine Frage, es geht um ${subject}. Wer entscheidet das?`,
  (subject) => `Wo finde ich das Formular, wenn es um ${subject} geht?`,
  () => 'Danke! Und wenn ich die Frist verpasse?',
  () => 'Gilt das auch in Teilzeit?',
  () => 'Kann ich darüber mit einem Menschen sprechen?',
];
const SENTENCES = [
  'The rule is simple: ask first, then act.',
  'You will find the form on the intranet, below "Services".',
  'Usually it takes two or three working days.',
  'Please keep your receipts until the matter is closed.',
  'Your team lead has to agree before anything is ordered.',
  'If something is missing you will get a message the same day.',
  'The department answers by phone between nine and twelve.',
  'Since January the limit is 150 euros; everything above needs a second signature.',
];
const SENTENCES_DE = [
  'Die Regel ist einfach: erst fragen, dann handeln.',
  'Das Formular liegt im Intranet unter „Dienste“.',
  'Üblicherweise dauert das zwei bis drei Werktage.',
  'Bitte heben Sie die Belege auf, bis alles erledigt ist.',
  'Ihre Teamleitung muss vorher zustimmen.',
  'Fehlt etwas, bekommen Sie noch am selben Tag eine Nachricht.',
  'Die Abteilung ist zwischen neun und zwölf Uhr erreichbar.',
  'Seit Januar liegt die Grenze bei 150 Euro, darüber braucht es eine zweite Unterschrift.',
];

/** A question to a bot and what it answers. */
export interface Exchange {
  question: string;
  answer: string;
}

export function inventExchange(random: Random, topic: DemoTopic, isGerman: boolean): Exchange {
  const question = isGerman ? random.pick(QUESTIONS_DE)(topic.subjectDe) : random.pick(QUESTIONS)(topic.subject);
  const sentences = isGerman ? SENTENCES_DE : SENTENCES;
  const answer = Array.from({ length: random.between(1, 6) }, () => random.pick(sentences)).join(' ');
  return { question, answer };
}

export const COMMENTS = ['', '', 'Great, thanks!', 'Das war sehr hilfreich.', 'The link does not work.', 'Zu lang.'];
