import type { Language } from './settings.js';

/** Everything that the page says by itself. */
export interface Texts {
  write: string;
  send: string;
  stop: string;
  you: string;
  aPerson: string;
  messages: string;
  answersAutomatically: (bot: string) => string;
  waiting: string;
  waitingAt: (position: number) => string;
  personIsHere: (name: string) => string;
  ended: string;
  talkToPerson: string;
  cancelWaiting: string;
  endChat: string;
  endQuestion: string;
  yesEnd: string;
  keepChat: string;
  newChat: string;
  close: string;
  menu: string;
  earlier: string;
  loading: string;
  toNewest: string;
  isTyping: (name: string) => string;
  sending: string;
  sent: string;
  notSent: string;
  retry: string;
  discard: string;
  askAgain: string;
  copy: string;
  copied: string;
  interrupted: string;
  offline: string;
  unavailable: string;
  gone: string;
  expired: string;
  opensNewTab: string;
  youAskedForPerson: string;
  personWasCalled: string;
  noAgentFree: (bot: string) => string;
  stoppedWaiting: (bot: string) => string;
  joined: (name: string) => string;
  tookOver: (name: string, before: string) => string;
  leftWaiting: (name: string) => string;
  leftToBot: (name: string, bot: string) => string;
  youEnded: string;
  personEnded: (name: string) => string;
  wasEnded: string;
  goesOn: (bot: string) => string;
  tooMany: (seconds: number) => string;
  botsStopped: string;
  notReady: string;
  queueFull: string;
  busy: string;
  noConnection: string;
  tooLong: string;
  textTooLong: string;
  chatEnded: string;
  serverTrouble: string;
  answerFailed: string;
  answerTookTooLong: string;
}

const seconds = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

const EN: Texts = {
  write: 'Write a message',
  send: 'Send',
  stop: 'Stop the answer',
  you: 'You',
  aPerson: 'The person',
  messages: 'Conversation',
  answersAutomatically: (bot) => `${bot} answers automatically`,
  waiting: 'Waiting for a person',
  waitingAt: (position) =>
    position === 1 ? 'Waiting for a person – you are next' : `Waiting for a person – number ${position} in line`,
  personIsHere: (name) => `${name} is speaking with you`,
  ended: 'This chat has ended',
  talkToPerson: 'Talk to a person',
  cancelWaiting: 'Stop waiting',
  endChat: 'End chat',
  endQuestion: 'End this chat?',
  yesEnd: 'End it',
  keepChat: 'Keep it',
  newChat: 'Start a new chat',
  close: 'Close the chat window',
  menu: 'More',
  earlier: 'Show earlier messages',
  loading: 'Loading …',
  toNewest: 'Newest message',
  isTyping: (name) => `${name} is typing`,
  sending: 'Sending …',
  sent: 'Sent',
  notSent: 'Not sent.',
  retry: 'Try again',
  discard: 'Discard',
  askAgain: 'Ask again',
  copy: 'Copy',
  copied: 'Copied',
  interrupted: 'This answer was cut short.',
  offline: 'No connection. Trying again …',
  unavailable: 'This chat is not available at the moment.',
  gone: 'The earlier chat is no longer there. This is a new one.',
  expired: 'The earlier chat has expired. This is a new one.',
  opensNewTab: 'opens in a new tab',
  youAskedForPerson: 'You asked for a person.',
  personWasCalled: 'A person was called.',
  noAgentFree: (bot) => `No agent is free at the moment. ${bot} goes on.`,
  stoppedWaiting: (bot) => `You are no longer waiting. ${bot} goes on.`,
  joined: (name) => `${name} has joined the chat.`,
  tookOver: (name, before) => (before === '' ? `${name} has taken over.` : `${name} has taken over from ${before}.`),
  leftWaiting: (name) => `${name} had to leave. Another agent will be with you soon.`,
  leftToBot: (name, bot) => `${name} has left the chat. ${bot} goes on.`,
  youEnded: 'You have ended the chat.',
  personEnded: (name) => `${name} has ended the chat.`,
  wasEnded: 'The chat was ended.',
  goesOn: (bot) => `The chat goes on with ${bot}.`,
  tooMany: (count) => `Too many messages at once. Sending in ${seconds(count, 'second', 'seconds')} …`,
  botsStopped: 'Automatic answers are paused at the moment.',
  notReady: 'The server cannot take messages at the moment.',
  busy: 'Too many requests at once. Please wait a moment.',
  queueFull: 'Please wait for the answer to your last messages.',
  noConnection: 'There is no connection to the server.',
  tooLong: 'The server did not accept this message.',
  textTooLong: 'This text is too long for one message:',
  chatEnded: 'The chat has ended.',
  serverTrouble: 'Something went wrong on the server.',
  answerFailed: 'The answer could not be given.',
  answerTookTooLong: 'The answer took too long.',
};

const DE: Texts = {
  write: 'Nachricht schreiben',
  send: 'Senden',
  stop: 'Antwort anhalten',
  you: 'Sie',
  aPerson: 'Die Person',
  messages: 'Unterhaltung',
  answersAutomatically: (bot) => `${bot} antwortet automatisch`,
  waiting: 'Wartet auf einen Menschen',
  waitingAt: (position) =>
    position === 1
      ? 'Wartet auf einen Menschen – Sie sind als Nächstes dran'
      : `Wartet auf einen Menschen – Platz ${position} in der Reihe`,
  personIsHere: (name) => `${name} spricht mit Ihnen`,
  ended: 'Dieser Chat ist beendet',
  talkToPerson: 'Mit einem Menschen sprechen',
  cancelWaiting: 'Nicht mehr warten',
  endChat: 'Chat beenden',
  endQuestion: 'Diesen Chat beenden?',
  yesEnd: 'Beenden',
  keepChat: 'Weiterführen',
  newChat: 'Neuen Chat beginnen',
  close: 'Chatfenster schließen',
  menu: 'Mehr',
  earlier: 'Frühere Nachrichten zeigen',
  loading: 'Wird geladen …',
  toNewest: 'Neueste Nachricht',
  isTyping: (name) => `${name} schreibt`,
  sending: 'Wird gesendet …',
  sent: 'Gesendet',
  notSent: 'Nicht gesendet.',
  retry: 'Noch einmal versuchen',
  discard: 'Verwerfen',
  askAgain: 'Noch einmal fragen',
  copy: 'Kopieren',
  copied: 'Kopiert',
  interrupted: 'Diese Antwort wurde abgebrochen.',
  offline: 'Keine Verbindung. Neuer Versuch …',
  unavailable: 'Dieser Chat ist gerade nicht verfügbar.',
  gone: 'Den früheren Chat gibt es nicht mehr. Dies ist ein neuer.',
  expired: 'Der frühere Chat ist abgelaufen. Dies ist ein neuer.',
  opensNewTab: 'öffnet in einem neuen Tab',
  youAskedForPerson: 'Sie möchten mit einem Menschen sprechen.',
  personWasCalled: 'Ein Mensch wurde gerufen.',
  noAgentFree: (bot) => `Gerade ist niemand frei. ${bot} macht weiter.`,
  stoppedWaiting: (bot) => `Sie warten nicht mehr. ${bot} macht weiter.`,
  joined: (name) => `${name} ist jetzt im Chat.`,
  tookOver: (name, before) => (before === '' ? `${name} hat übernommen.` : `${name} hat von ${before} übernommen.`),
  leftWaiting: (name) => `${name} musste gehen. Gleich ist jemand anderes für Sie da.`,
  leftToBot: (name, bot) => `${name} hat den Chat verlassen. ${bot} macht weiter.`,
  youEnded: 'Sie haben den Chat beendet.',
  personEnded: (name) => `${name} hat den Chat beendet.`,
  wasEnded: 'Der Chat wurde beendet.',
  goesOn: (bot) => `Der Chat geht mit ${bot} weiter.`,
  tooMany: (count) => `Zu viele Nachrichten auf einmal. Wird in ${seconds(count, 'Sekunde', 'Sekunden')} gesendet …`,
  botsStopped: 'Automatische Antworten sind gerade angehalten.',
  notReady: 'Der Server nimmt gerade keine Nachrichten an.',
  busy: 'Zu viele Anfragen auf einmal. Bitte warten Sie einen Augenblick.',
  queueFull: 'Bitte warten Sie auf die Antwort auf Ihre letzten Nachrichten.',
  noConnection: 'Es gibt keine Verbindung zum Server.',
  tooLong: 'Der Server hat diese Nachricht nicht angenommen.',
  textTooLong: 'Dieser Text ist zu lang für eine Nachricht:',
  chatEnded: 'Der Chat ist beendet.',
  serverTrouble: 'Auf dem Server ist etwas schiefgegangen.',
  answerFailed: 'Die Antwort konnte nicht gegeben werden.',
  answerTookTooLong: 'Die Antwort hat zu lange gedauert.',
};

export const TEXTS: Record<Language, Texts> = { en: EN, de: DE };
