/**
 * SIGTERM while every kind of connection is open and everything that can hang does: a model service, a call of Twilio, requests half
 * sent, readers. Every client that can be told is told, the process is gone in time and with code 0, and what was acknowledged is there after
 * the next start. `--patience` adds seconds to every limit, for machines that are busy with other things.
 *   node test/faults/restarts/shutdown.mjs [--db sqlite|mariadb] [--rounds 5] [--grace 3] [--patience 0]
 */
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { FakeTwilio, postSigned } from '../../support/fake-twilio.mjs';
import { ADMIN_KEY, BatonServer } from '../../support/server.mjs';
import { HttpClient } from '../../support/sse-client.mjs';
import {
  clientFor,
  conclude,
  createChats,
  faultsOfLog,
  printTable,
  readLogAtRest,
  readOptions,
  startSurroundings,
} from '../suite.mjs';

const options = readOptions({ db: 'sqlite', rounds: 5, grace: 3, patience: 0 });
const PUBLIC_URL = 'https://chat.example.com';
const BEYOND_GRACE_MS = 2000 + options.patience * 1000;
const SENT_WITHIN_MS = 40_000;
const DRIP_MS = 200;
const TALKERS = 5;
const OF_EACH_KIND = 3;

const faults = [];
const surroundings = await startSurroundings({ db: options.db, prefix: 'shutdown' });
const twilio = new FakeTwilio();
await twilio.start();
const server = await BatonServer.start({
  providerUrl: surroundings.fake.baseUrl,
  databaseUrl: surroundings.databaseUrl,
  env: { ...twilio.settings, PUBLIC_URL, SHUTDOWN_GRACE_SECONDS: String(options.grace), SIMPLE_CHAT_RATE: '0' },
});
const sums = { connections: 0, told: 0, acknowledged: 0, missing: 0, exitMs: [] };
for (let round = 1; round <= options.rounds; round++) await runRound(round);
printTable([
  {
    database: options.db,
    shutdowns: options.rounds,
    'connections open': sums.connections,
    'ended and told': sums.told,
    'acknowledged messages': sums.acknowledged,
    missing: sums.missing,
    'gone after s, longest': (Math.max(...sums.exitMs) / 1000).toFixed(1),
    'grace s': options.grace,
  },
]);
await server.dispose();
await twilio.stop();
await surroundings.stop();
conclude(faults);

async function runRound(round) {
  const fault = (text) => faults.push(`round ${round}: ${text}`);
  const client = clientFor(server);
  const [silent, hanging, slow, ...talkedIn] = await createChats(client, TALKERS + 3);
  const streams = await openStreams(client, hanging, slow);
  const sockets = await openSockets();
  const raw = await openRaw(hanging);
  // Cut when the time is up, or answered before.
  const answers = [
    client.request('POST', '/api/chat', { message: 'Wait [[hang]]' }),
    client.request('POST', `/api/chats/${silent}/completions`, { userMessage: 'And then? [[hang]]' }),
  ].map((answer) => answer.catch(() => ({ status: 0 })));
  const letter = await writeOnWhatsApp(round);
  const talks = talkedIn.map((chatId) => talk(client, chatId));
  await delay(500);

  const toldAt = performance.now();
  const exited = server.process.exited.then((code) => ({ code, ms: performance.now() - toldAt }));
  process.kill(server.process.pid, 'SIGTERM');
  // A busy machine may not come to the end of everything in time: the process ends then, and says so.
  const isExcused = () => options.patience > 0 && server.process.output.includes('Not everything has ended');
  const limitMs = options.grace * 1000 + BEYOND_GRACE_MS;
  const end = await Promise.race([exited, delay(limitMs + 5000, null)]);
  if (end === null) {
    fault(`the process is still there after ${limitMs + 5000} ms`);
    await server.kill();
  } else {
    sums.exitMs.push(end.ms);
    if (end.ms > limitMs) fault(`the process was gone after ${end.ms.toFixed(0)} ms`);
    if (end.code !== 0 && !isExcused())
      fault(`the process ended with ${end.code}: ${server.process.output.slice(-2000)}`);
  }

  for (const { name, ended, words } of streams) {
    sums.connections++;
    const outcome = await ended;
    const last = words.at(-1);
    const isTold = outcome === 'complete' && ['stream.closed', 'turn.ended'].includes(last);
    if (isTold) sums.told++;
    else if (!isExcused()) fault(`the stream ${name} was ${outcome}, and the last it was told is ${last}`);
  }
  for (const { name, socket, ended } of sockets) {
    sums.connections++;
    // A client whose poll is answered with the end knows at once, one between two polls when the next one fails.
    const reason = await Promise.race([ended, delay(5000, null)]);
    if (['transport close', 'transport error'].includes(reason)) sums.told++;
    else fault(`the socket ${name} was told ${reason}`);
    socket.close();
  }
  for (const { name, closed } of raw) {
    sums.connections++;
    if (await Promise.race([closed.then(() => true), delay(1000, false)])) sums.told++;
    else fault(`the connection ${name} is open`);
  }
  for (const answer of answers) {
    sums.connections++;
    const { status } = await answer;
    if ([0, 200, 503].includes(status)) sums.told++;
    else fault(`a running request was answered ${status}`);
  }
  const acknowledged = await Promise.all(talks);
  await client.destroy();

  await server.start();
  const next = clientFor(server);
  for (const [index, chatId] of talkedIn.entries()) await checkLog(next, chatId, acknowledged[index]);
  for (const chatId of [silent, hanging, slow]) await checkLog(next, chatId, []);
  await checkLetter(letter, fault);
  await next.destroy();
}

async function checkLog(client, chatId, messages) {
  const log = await readLogAtRest(client, chatId);
  faults.push(...faultsOfLog(log).map((fault) => `${chatId}: ${fault}`));
  const texts = log
    .filter(({ type, data }) => type === 'message.created' && data.author === 'customer')
    .map(({ data }) => data.text);
  sums.acknowledged += messages.length;
  const missing = messages.filter((text) => !texts.includes(text));
  sums.missing += missing.length;
  faults.push(...missing.map((text) => `${chatId}: "${text}" was acknowledged and is missing`));
  if (new Set(texts).size !== texts.length) faults.push(`${chatId}: a message was stored twice`);
}

async function openStreams(client, hanging, slow) {
  const { token } = await client.call('POST', '/api/widget/welcome/session', {});
  const visitor = new HttpClient(server.url, token);
  const { chatId: visited } = await visitor.call('POST', '/api/chats/create/bybotcode', { botCode: 'welcome' });
  const ask = (userMessage) => ({ userMessage });
  const open = [
    ['of a chat', client, 'GET', `/api/chats/${slow}/events`],
    ['of threads', client, 'GET', '/events/threads'],
    ['of a visitor', visitor, 'GET', `/api/chats/${visited}/events`],
    ['of a hanging answer', client, 'POST', `/api/chats/${hanging}/completions`, ask('Hang on [[tokens=20 stall]]')],
    ['of a slow answer', client, 'POST', `/api/chats/${slow}/completions`, ask('Slowly [[tokens=2000 delay=20]]')],
  ];
  const streams = [];
  for (const [name, from, method, path, body] of open) {
    for (let number = 0; number < (method === 'GET' ? OF_EACH_KIND : 1); number++) {
      const words = [];
      const stream = from.stream(method, path, body, {}, ({ event }) => words.push(event));
      const status = await stream.opened;
      if (status !== 200) faults.push(`the stream ${name} was answered ${status}: ${stream.refusal}`);
      streams.push({ name, words, ended: stream.ended });
    }
  }
  return streams;
}

async function openSockets() {
  const sockets = [];
  for (const namespace of ['/takeover', '']) {
    for (const transport of ['websocket', 'polling']) {
      const socket = io(server.url + namespace, {
        auth: { token: ADMIN_KEY },
        transports: [transport],
        forceNew: true,
        reconnection: false,
      });
      const ended = new Promise((resolve) => socket.once('disconnect', resolve));
      await new Promise((resolve, reject) => socket.once('connect', resolve).once('connect_error', reject));
      sockets.push({ name: `${namespace || '/'} by ${transport}`, socket, ended });
    }
  }
  return sockets;
}

/** Connections as no client of ours has them: each is only to be closed. */
async function openRaw(chatId) {
  const head = (method, path, ...headers) =>
    [`${method} ${path} HTTP/1.1`, 'Host: here', ...headers, '', ''].join('\r\n');
  const json = 'Content-Type: application/json';
  const path = `/api/chats/${chatId}/completions`;
  const kinds = {
    'that says nothing': '',
    'with half a head': `POST ${path} HTTP/1.1\r\nHost: h`,
    'with half a body': head('POST', path, json, 'Content-Length: 500') + '{"userMess',
    'that is kept alive': head('GET', '/health/live'),
    'that would speak h2c': head('GET', '/health/live', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c'),
    'that drips its body': head('POST', path, json, 'Content-Length: 5000') + '{"userMessage":"',
    'that drips its head': `POST ${path} HTTP/1.1\r\nHost: here\r\nX-Drip: `,
  };
  const connections = Object.entries(kinds).flatMap(([name, text]) =>
    Array.from({ length: OF_EACH_KIND }, async () => {
      const socket = connect(server.port, '127.0.0.1');
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.on('error', () => undefined).resume();
      await new Promise((resolve) => socket.once('connect', resolve));
      socket.write(text);
      const dripping = name.includes('drips') && setInterval(() => socket.write('x'), DRIP_MS);
      void closed.then(() => clearInterval(dripping));
      return { name, closed };
    }),
  );
  return Promise.all(connections);
}

/** A customer is answered, and Twilio takes the call and says nothing. */
async function writeOnWhatsApp(round) {
  const from = `whatsapp:+1555${String(round).padStart(7, '0')}`;
  const text = `Answer ${round}.`;
  const form = { MessageSid: `SM${String(round).padStart(32, '0')}`, From: from, NumMedia: '0' };
  const calls = twilio.requests.length;
  twilio.failNext({ hang: true });
  const body = { ...form, Body: `Question [[text=${text}]]` };
  const answer = await postSigned(`${server.url}/webhook`, body, twilio.authToken, `${PUBLIC_URL}/webhook`);
  if (answer.status !== 200) faults.push(`a webhook was answered ${answer.status}`);
  while (twilio.requests.length === calls) await delay(10);
  return { from, text };
}

async function checkLetter({ from, text }, fault) {
  for (const giveUpAt = performance.now() + SENT_WITHIN_MS; performance.now() < giveUpAt; await delay(50))
    if (twilio.textsTo(from).length > 0) break;
  const texts = twilio.textsTo(from);
  if (texts.length !== 1 || texts[0] !== text) fault(`on WhatsApp the customer was told ${JSON.stringify(texts)}`);
}

/** Writes one message after the other until the server ends. @returns those that were acknowledged */
async function talk(client, chatId) {
  const acknowledged = [];
  for (let number = 0; ; number++) {
    const userMessage = `Message ${number} [[tokens=5 delay=1]]`;
    const { status } = await client
      .request('POST', `/api/chats/${chatId}/completions`, { userMessage })
      .catch(() => ({ status: 0 }));
    if (status === 200) acknowledged.push(userMessage);
    else {
      if (![0, 503].includes(status)) faults.push(`${chatId}: a message was answered ${status}`);
      return acknowledged;
    }
    await delay(20);
  }
}
