/**
 * Customers write over WhatsApp while the server is killed (-9) again and again and Twilio has faults of its own. Twilio tells of every third
 * message twice, and of each until it is acknowledged. At the end every message must be in its chat once and in order, and everything
 * that the chats' logs say customers were to be told must have been sent to them once and in order.
 *   node test/faults/whatsapp.mjs [--db sqlite|mariadb] [--messages 500] [--senders 20] [--kills 5] [--faults 0.06]
 */
import { setTimeout as delay } from 'node:timers/promises';
import { FakeTwilio, postSigned } from '../support/fake-twilio.mjs';
import { BatonServer } from '../support/server.mjs';
import {
  between,
  clientFor,
  conclude,
  faultsOfLog,
  percentile,
  printTable,
  readOptions,
  startSurroundings,
} from './suite.mjs';

const PUBLIC_URL = 'https://chat.example.com';
const SORRY = "I'm sorry, I encountered an error. Please try again";
const SETTLE_WITHIN_MS = 120_000;
const TWILIO_LATENCY_MS = [0, 60];
const PAUSE_MS = [0, 300];

const options = readOptions({ db: 'sqlite', messages: 500, senders: 20, kills: 5, faults: 0.06 });
const perSender = Math.ceil(options.messages / options.senders);
const surroundings = await startSurroundings({ db: options.db, prefix: 'whatsapp', journalSize: 1 });
const twilio = new FakeTwilio();
await twilio.start();
const server = await BatonServer.start({
  providerUrl: surroundings.fake.baseUrl,
  databaseUrl: surroundings.databaseUrl,
  env: { ...twilio.settings, PUBLIC_URL, WHATSAPP_TIMEOUT_MS: '2000', WHATSAPP_RETRY_MS: '100' },
});
let client = clientFor(server);
const faults = [];
const acknowledged = [];
const sums = {
  webhooks: 0,
  duplicates: 0,
  kills: 0,
  refused: 0,
  whole: 0,
  repeated: 0,
  cut: 0,
  lost: 0,
  twice: 0,
  disorder: 0,
};
const twilioFaults = { 'reset after': 0, 'reset before': 0, 500: 0, 429: 0 };

twilio.failWhen(() => {
  twilio.latency = between(...TWILIO_LATENCY_MS);
  if (Math.random() >= options.faults) return undefined;
  const kinds = Object.keys(twilioFaults);
  const kind = kinds[Math.floor(Math.random() * kinds.length)];
  twilioFaults[kind]++;
  return kind.startsWith('reset') ? { reset: kind.slice(6) } : { status: Number(kind) };
});

const startedAt = performance.now();
const senders = Array.from({ length: options.senders }, (_, index) => new Sender(index));
const progress = { isOver: false };
const killing = killAtRandomMoments();
await Promise.all(senders.map((sender) => sender.writeAll()));
await untilSettled();
progress.isOver = true;
await killing;
await untilSettled();
const seconds = (performance.now() - startedAt) / 1000;
for (const sender of senders) await sender.check();

printTable([
  {
    database: options.db,
    messages: perSender * options.senders,
    webhooks: sums.webhooks,
    'told twice': sums.duplicates,
    kills: sums.kills,
    'acknowledged p50/p99/max ms': [0.5, 0.99, 1].map((share) => Math.round(percentile(acknowledged, share))).join('/'),
    'answered whole': sums.whole,
    'of these restarted after a kill': sums.repeated,
    'cut by kills, and told so': sums.cut,
    'out of order': sums.disorder,
    lost: sums.lost,
    'sent twice': sums.twice,
    s: seconds.toFixed(0),
  },
]);
const looks = twilio.requests.filter(({ method }) => method === 'GET').length;
console.log(
  `Twilio's own faults: ${JSON.stringify(twilioFaults)}. It was asked ${looks} times whether it had a message.`,
);
await client.destroy();
await server.dispose();
await twilio.stop();
await surroundings.stop();
conclude(faults);

/** A customer who writes one message after the other, each until it is acknowledged. */
function Sender(index) {
  const from = `whatsapp:+1555000${String(index).padStart(4, '0')}`;
  const written = [];

  this.writeAll = async () => {
    for (let number = 0; number < perSender; number++) {
      const name = `${index}-${number}`;
      const text = `Question ${name} [[delay=${Math.round(between(0, 40))}]] [[text=Answer ${name}, with some more words to it.]]`;
      const form = { MessageSid: `SM${name.padStart(32, '0')}`, From: from, Body: text, NumMedia: '0' };
      written.push(text);
      const isTwice = (index * perSender + number) % 3 === 2;
      if (isTwice) sums.duplicates++;
      await Promise.all(Array.from({ length: isTwice ? 2 : 1 }, () => postUntilAcknowledged(form)));
      await delay(between(...PAUSE_MS));
    }
  };

  this.check = async () => {
    const log = await readOwnLog(from);
    faults.push(...faultsOfLog(log).map((fault) => `${from}: ${fault}`));
    const questions = log.filter(({ type, data }) => type === 'message.created' && data.author === 'customer');
    compare(
      `${from} wrote`,
      written,
      questions.map(({ data }) => data.text),
    );
    const told = log.filter(({ data }) => !isRepeated(log, data.turnId)).flatMap(toldBy);
    compare(`${from} was told`, told, twilio.textsTo(from));
    for (const { data } of questions) {
      const begun = log.filter(
        (event) => event.type === 'turn.started' && event.data.inputMessageId === data.messageId,
      );
      const turnId = begun.at(-1)?.data.turnId;
      const ofTurn = log.filter((event) => event.data.turnId === turnId);
      const { status } = ofTurn.find(({ type }) => type === 'turn.ended')?.data ?? {};
      const answer = ofTurn.find(({ type }) => type === 'message.completed')?.data.text;
      const expected = /\[\[text=(.*)\]\]/.exec(data.text)[1];
      if (status === 'completed' && answer === expected) {
        sums.whole++;
        if (begun.length > 1) sums.repeated++;
      } else if (status === 'interrupted') sums.cut++;
      else faults.push(`${from}: "${data.text}" came to ${status}: ${answer}`);
    }
  };
}

/** The turn was cut by a kill and its message answered by another one: the customer is told of that one alone. */
function isRepeated(log, turnId) {
  return log.some(
    ({ type, data }) => type === 'turn.ended' && data.turnId === turnId && data.error?.code === 'TURN_REPEATED',
  );
}

/** What the customer must have been told of an event. */
function toldBy({ type, data }) {
  // White space at the ends is not sent.
  if (type === 'message.completed') return [data.text.trim()].filter((text) => text !== '');
  if (type === 'turn.ended' && data.status !== 'completed' && data.error !== null) return [SORRY];
  return [];
}

/** Counts what is missing, what is there twice, and what is in the wrong place. */
function compare(what, expected, actual) {
  const rest = [...actual];
  for (const text of expected) {
    const place = rest.indexOf(text);
    if (place !== -1) rest.splice(place, 1);
    else {
      sums.lost++;
      faults.push(`${what}: lost: ${text}`);
    }
  }
  sums.twice += rest.length;
  faults.push(...rest.map((text) => `${what}: more than once: ${text}`));
  if (
    rest.length === 0 &&
    actual.length === expected.length &&
    expected.some((text, index) => text !== actual[index])
  ) {
    sums.disorder++;
    faults.push(`${what}: out of order`);
  }
}

async function postUntilAcknowledged(form) {
  for (;;) {
    const at = performance.now();
    sums.webhooks++;
    const url = `${server.url}/webhook`;
    const answer = await postSigned(url, form, twilio.authToken, `${PUBLIC_URL}/webhook`).catch(() => null);
    await answer?.arrayBuffer().catch(() => undefined);
    if (answer?.status === 200) {
      acknowledged.push(performance.now() - at);
      return;
    }
    sums.refused++;
    if (answer !== null && answer.status !== 503) faults.push(`A webhook was answered ${answer.status}`);
    await delay(50);
  }
}

/** One kill in each part of the run, at a random moment. */
async function killAtRandomMoments() {
  const total = perSender * options.senders;
  for (let kill = 0; kill < options.kills; kill++) {
    const moment = ((kill + Math.random()) / options.kills) * total;
    while (twilio.messages.length < moment && !progress.isOver) await delay(2);
    await delay(between(0, 40));
    await server.kill();
    sums.kills++;
    await server.start();
    await client.destroy();
    client = clientFor(server);
  }
}

/** Until nothing waits in the inbox, in a chat or in the outbox. */
async function untilSettled() {
  const until = performance.now() + SETTLE_WITHIN_MS;
  while (performance.now() < until) {
    if (await isSettled().catch(() => false)) return;
    await delay(100);
  }
  faults.push(`The server was not done within ${SETTLE_WITHIN_MS / 1000} s`);
}

async function isSettled() {
  const status = await client.call('GET', '/api/admin/whatsapp/status');
  if (status.received > 0 || status.pending > 0) return false;
  if (status.dead + status.receivedDead > 0) throw new Error('A message is dead.');
  const logs = await Promise.all(
    senders.map((_, index) => readOwnLog(`whatsapp:+1555000${String(index).padStart(4, '0')}`)),
  );
  return logs.every((log) => {
    const open = new Set(log.filter(({ type }) => type === 'message.created').map(({ data }) => data.turnId));
    for (const { type, data } of log) if (type === 'turn.ended') open.delete(data.turnId);
    return open.size === 0 && log.flatMap(toldBy).length > 0;
  });
}

/** The log of the customer's chat as agents see it. */
async function readOwnLog(from) {
  const { items } = await client.call(
    'GET',
    `/api/admin/whatsapp/outbox?PageSize=1&SearchFor=${encodeURIComponent(from)}`,
  );
  if (items.length === 0) return [];
  const events = [];
  for (let after = 0; ;) {
    const page = await client.call('GET', `/api/takeover/chats/${items[0].chatId}/events?after=${after}&limit=500`);
    events.push(...page.items);
    if (!page.hasMore) return events;
    after = page.lastSeq;
  }
}
