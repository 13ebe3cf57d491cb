/** The limit: a bare Node proxy in front of the provider. It stores nothing, authenticates no caller and checks nothing. */
import { createServer } from 'node:http';
import { askProvider } from './ask-provider.mjs';

const providerUrl = process.env.PROVIDER_URL;

const server = createServer((req, res) => {
  const chunks = [];
  req.on('data', (chunk) => chunks.push(chunk));
  req.on('end', () => void answer(req, res, JSON.parse(Buffer.concat(chunks).toString())));
});

async function answer(req, res, { userMessage }) {
  const stream = req.headers.accept === 'text/event-stream';
  const request = { model: 'fake-large', stream, messages: [{ role: 'user', content: userMessage }] };
  const { statusCode, headers, body } = await askProvider(providerUrl, request);
  res.writeHead(statusCode, { 'content-type': headers['content-type'] });
  body.pipe(res);
}

server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
