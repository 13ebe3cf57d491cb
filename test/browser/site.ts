import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A website that embeds the widget: of another origin than the server, and as `localhost` of another site, too. Serves pages by path. */
export class Site {
  private readonly pages = new Map<string, { html: string; headers: Record<string, string> }>();
  private readonly server: Server = createServer(({ url = '' }, response) => {
    const page = this.pages.get(url);
    response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/html', ...page?.headers });
    response.end(page?.html ?? '');
  });

  private constructor(private readonly host: string) {}

  static async open(host: '127.0.0.1' | 'localhost' = '127.0.0.1'): Promise<Site> {
    const site = new Site(host);
    await new Promise<void>((resolve) => site.server.listen(0, host, resolve));
    return site;
  }

  get origin(): string {
    return `http://${this.host}:${(this.server.address() as AddressInfo).port}`;
  }

  /** Returns the page's address. */
  add(path: string, body: string, headers: Record<string, string> = {}): string {
    const html = `<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width"><title>A shop</title></head><body>
<h1>A shop</h1><p>Something to <a href="#">read</a>.</p>${body}</body></html>`;
    this.pages.set(path, { html, headers });
    return this.origin + path;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
