import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';

const NEWEST = 50;
const LONGEST_BODY = 1600;

/** What a request is signed with, as Twilio does it. */
export const signatureOf = (authToken, url, form) => getExpectedTwilioSignature(authToken, url, form);

/** Posts a form as Twilio does: with its signature, to `url`, which may be known to Twilio by another name. */
export function postSigned(url, form, authToken, signedUrl = url) {
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      'x-twilio-signature': signatureOf(authToken, signedUrl, form),
    },
    body: new URLSearchParams(form),
  });
}

/**
 * Twilio's REST API, as far as messages go: takes them, lists them, and reports on them. What goes wrong is programmed per request,
 * first come, first served, or by a function of the message.
 */
export class FakeTwilio {
  accountSid = 'AC00000000000000000000000000000001';
  authToken = '12345';
  /** Every request that arrived: `{ method, path, form, query, at }`. */
  requests = [];
  /** What Twilio has, in the order in which it came: `{ sid, to, from, body, status, statusCallback, createdAt }`. */
  messages = [];
  /** Milliseconds between taking a message and saying so. */
  latency = 0;
  #faults = [];
  #listFaults = [];
  #rule = () => undefined;
  #files = new Map();
  #server = null;
  #cdn = null;
  #sockets = new Set();

  /** Where the files are that Twilio redirects to; what is asked of it. */
  cdnRequests = [];

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** The settings of a server that sends through this one. */
  get settings() {
    return {
      TWILIO_ACCOUNT_SID: this.accountSid,
      TWILIO_AUTH_TOKEN: this.authToken,
      TWILIO_FROM: 'whatsapp:+14155238886',
      TWILIO_BASE_URL: this.url,
      // The files of customers are fetched as from any other address.
      OUTBOUND_ALLOW_HOSTS: '127.0.0.1',
    };
  }

  async start(port = 0) {
    this.#server = createServer((req, res) => this.#receive(req, res));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#cdn = createServer((req, res) => this.#serveFile(req, res));
    for (const [server, at] of [
      [this.#server, port],
      [this.#cdn, 0],
    ])
      await new Promise((resolve, reject) => server.once('error', reject).listen(at, '127.0.0.1', resolve));
    return this.url;
  }

  async stop() {
    const closed = [this.#server, this.#cdn].map((server) => new Promise((resolve) => server.close(resolve)));
    for (const socket of this.#sockets) socket.destroy();
    this.#cdn.closeAllConnections();
    await Promise.all(closed);
  }

  /**
   * The next message meets these faults, one a request: `{ status, code, message, retryAfter }` is answered, `{ hang }` never answers,
   * `{ reset: 'before' | 'after' }` cuts the connection before or after the message was taken, `{ redirect }` points elsewhere.
   */
  failNext(...faults) {
    this.#faults.push(...faults);
  }

  /** The next looks at what there is are answered with these `{ status, code }`. */
  failNextLooks(...faults) {
    this.#listFaults.push(...faults);
  }

  /** Each message meets what the function says of it; undefined is no fault. */
  failWhen(rule) {
    this.#rule = rule;
  }

  /**
   * The fields of a message with these files: `{ type, bytes, faults }`. A file is fetched with the account's credentials; Twilio then
   * redirects to where it is. Each fault is met by one request: `{ status }`, `{ hang }`, `{ redirect }`.
   */
  media(...files) {
    const fields = { NumMedia: String(files.length), MessageType: files[0].type.split('/')[0] };
    for (const [index, file] of files.entries()) {
      const path = `/2010-04-01/Accounts/${this.accountSid}/Messages/MM1/Media/ME${randomBytes(16).toString('hex')}`;
      this.#files.set(path, { faults: [], ...file });
      // As Twilio writes it, wherever this one listens.
      fields[`MediaUrl${index}`] = `https://api.twilio.com${path}`;
      fields[`MediaContentType${index}`] = file.type;
    }
    return fields;
  }

  reset() {
    this.requests = [];
    this.cdnRequests = [];
    this.#files.clear();
    this.messages = [];
    this.latency = 0;
    this.#faults = [];
    this.#listFaults = [];
    this.#rule = () => undefined;
  }

  textsTo(to) {
    return this.messages.filter((message) => message.to === to).map(({ body }) => body);
  }

  /** Reports on a message, signed, where its sender wished. `baseUrl` replaces the origin, if no server listens there. */
  async report(sid, status, errorCode, baseUrl) {
    const message = this.messages.find((each) => each.sid === sid);
    const form = { MessageSid: sid, SmsSid: sid, MessageStatus: status, SmsStatus: status, To: message.to };
    if (errorCode !== undefined) form.ErrorCode = String(errorCode);
    message.status = status;
    const { pathname, search } = new URL(message.statusCallback);
    return postSigned(baseUrl + pathname + search, form, this.authToken, message.statusCallback);
  }

  #receive(req, res) {
    const chunks = [];
    req.on('data', (chunk) => chunks.push(chunk));
    req.on('end', () => {
      const { pathname: path, searchParams } = new URL(req.url, this.url);
      const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
      const query = Object.fromEntries(searchParams);
      this.requests.push({ method: req.method, path, form, query, headers: req.headers, at: Date.now() });
      const credentials = Buffer.from(`${this.accountSid}:${this.authToken}`).toString('base64');
      if (req.headers.authorization !== `Basic ${credentials}`) return refuse(res, 401, 20003, 'Authenticate');
      if (this.#files.has(path)) return this.#redirectToFile(path, res);
      if (path !== `/2010-04-01/Accounts/${this.accountSid}/Messages.json`)
        return refuse(res, 404, 20404, `The requested resource ${path} was not found`);
      return req.method === 'POST' ? this.#create(form, res) : this.#list(query, res);
    });
  }

  #redirectToFile(path, res) {
    const fault = this.#files.get(path).faults.shift();
    if (fault?.hang) return undefined;
    if (fault?.status) return refuse(res, fault.status, fault.code, 'The fake says no');
    const location = fault?.redirect ?? `http://127.0.0.1:${this.#cdn.address().port}${path}`;
    return res.writeHead(307, { location }).end();
  }

  #serveFile(req, res) {
    this.cdnRequests.push({ path: req.url, headers: req.headers });
    const file = this.#files.get(req.url);
    if (file === undefined) return res.writeHead(404).end();
    return res.writeHead(200, { 'content-type': file.type }).end(file.bytes);
  }

  #create(form, res) {
    const fault = this.#faults.shift() ?? this.#rule(form);
    if (fault?.hang) return undefined;
    if (fault?.redirect) return res.writeHead(307, { location: fault.redirect }).end();
    if (fault?.reset === 'before') return res.socket.destroy();
    if (fault?.status)
      return refuse(res, fault.status, fault.code, fault.message ?? 'The fake says no', fault.retryAfter);
    if (!form.To || !form.From || !form.Body) return refuse(res, 400, 21602, 'Message body is required');
    if (form.Body.length > LONGEST_BODY)
      return refuse(res, 400, 21617, 'The concatenated message body exceeds the limit');
    const message = {
      sid: `SM${randomBytes(16).toString('hex')}`,
      to: form.To,
      from: form.From,
      body: form.Body,
      status: 'queued',
      statusCallback: form.StatusCallback,
      createdAt: new Date(),
    };
    this.messages.push(message);
    if (fault?.reset === 'after') return res.socket.destroy();
    return setTimeout(() => sendJson(res, 201, this.#resource(message)), this.latency);
  }

  #list({ To, From }, res) {
    const fault = this.#listFaults.shift();
    if (fault) return refuse(res, fault.status, fault.code, 'The fake says no');
    const messages = this.messages
      .filter(({ to, from }) => (To === undefined || to === To) && (From === undefined || from === From))
      .slice(-NEWEST)
      .toReversed();
    return sendJson(res, 200, {
      messages: messages.map((message) => this.#resource(message)),
      page: 0,
      page_size: NEWEST,
      next_page_uri: null,
    });
  }

  #resource({ sid, to, from, body, status, createdAt }) {
    return {
      sid,
      account_sid: this.accountSid,
      to,
      from,
      body,
      status,
      direction: 'outbound-api',
      date_created: createdAt.toUTCString(),
      date_sent: null,
      error_code: null,
      uri: `/2010-04-01/Accounts/${this.accountSid}/Messages/${sid}.json`,
    };
  }
}

function refuse(res, status, code, message, retryAfter) {
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  sendJson(res, status, { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status }, headers);
}

function sendJson(res, status, body, headers = {}) {
  res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
