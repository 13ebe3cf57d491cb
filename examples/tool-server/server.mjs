// A tool for bots: finds an order by its number. Baton posts the arguments that the model chose, and tells the model the answer.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

const { PORT = '8090', TOOL_SECRET } = process.env;
if (!TOOL_SECRET) throw new Error('Set TOOL_SECRET: Baton proves by it that it is Baton who calls.');

const ORDERS = new Map([
  ['A-17', { status: 'sent', day: 'Monday' }],
  ['B-4', { status: 'being packed', day: 'today' }],
]);

/** `message` is what the model is told; `variables` are kept with the chat. */
function findOrder({ orderNumber }) {
  const order = ORDERS.get(orderNumber);
  if (order === undefined) return { message: `There is no order ${orderNumber}.` };
  return { message: `Order ${orderNumber}: ${order.status}, ${order.day}.`, variables: { orderStatus: order.status } };
}

const server = createServer((request, response) => {
  const answer = (status, body) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (request.headers.authorization !== `Bearer ${TOOL_SECRET}`) return answer(401, { message: 'Who are you?' });
  if (request.method !== 'POST' || request.url !== '/orders') return answer(404, { message: 'No such tool.' });
  text(request)
    .then((json) => answer(200, findOrder(JSON.parse(json))))
    .catch((error) => answer(400, { message: error.message }));
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`The tool is at http://127.0.0.1:${PORT}/orders`));
