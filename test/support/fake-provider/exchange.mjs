/** One request of a model and its answer, for whatever writes the answer. */
export class Exchange {
  /** Of the answer: `wire` writes in the dialect of the request. */
  constructor(service, dialectName, res, entry) {
    this.service = service;
    this.res = res;
    this.entry = entry;
    Object.assign(this, service.wireOf(dialectName));
  }

  begin(contentType) {
    this.res.writeHead(200, { 'content-type': contentType, ...this.#headers() });
  }

  refuse(status, error, headers = {}) {
    this.sendJson(status, this.service.error({ status, ...error }), headers);
  }

  sendJson(status, body, headers = {}) {
    this.send(status, 'application/json', JSON.stringify(body), headers);
  }

  send(status, contentType, text, headers = {}) {
    this.entry.status = status;
    this.res.writeHead(status, { 'content-type': contentType, ...this.#headers(), ...headers }).end(text);
  }

  /** Drops the connection from our side, so that the journal does not take it for a client that left. */
  cut() {
    this.entry.cutByUs = true;
    if (this.res.headersSent) setImmediate(() => this.res.socket?.destroy());
    else this.res.socket.resetAndDestroy();
  }

  #headers() {
    return { 'x-request-id': this.entry.requestId, ...this.service.headers };
  }
}
