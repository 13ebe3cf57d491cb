import { keywordScore } from './keyword-score.js';

it.each([
  ['invoice, payment', 'Where is my invoice?', 1],
  ['invoice, payment', 'My INVOICE says the Payment is late', 2],
  ['invoice', 'invoices are something else', 0],
  ['Rückerstattung', 'ich will eine RÜCKERSTATTUNG!', 1],
  ['rückerstattung', 'eine ruckerstattung bitte', 1],
  ['Straße', 'In welcher STRASSE?', 1],
  ['credit card, card', 'my credit card', 3],
  ['credit card', 'my card has credit', 2],
  ['credit card, invoice', 'my card has credit', 0],
  ['credit-card', 'my credit card', 2],
  ['password reset login', 'how do I login', 1],
  ['password;reset\nlogin', 'reset my password', 2],
  ['invoice, invoice, INVOICE', 'invoice', 1],
  ['', 'anything', 0],
  [' , ;', 'anything', 0],
  ['.*', 'anything', 0],
  ['发票', '我的 发票 在哪里', 1],
  ['a', 'A a a', 1],
])('scores %j in %j', (keywords, message, score) => expect(keywordScore(keywords, message)).toBe(score));

it('is not slow on long texts', () => {
  const keywords = Array.from({ length: 1000 }, (_, index) => `word${index} other`).join(',');
  expect(keywordScore(keywords, 'word999 other '.repeat(5000))).toBe(2);
});
