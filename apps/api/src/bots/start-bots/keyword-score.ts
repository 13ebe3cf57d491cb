/** A text as its words, in lower case and without accents: `Rückerstattung` and `RUCKERSTATTUNG` are one word. */
const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .match(/[\p{L}\p{N}]+/gu) ?? [];

/** The keywords of a member: phrases between commas, semicolons or line breaks; single words when there are none of those. */
function phrasesOf(keywords: string): string[][] {
  const separator = /[,;\n]/.test(keywords) ? /[,;\n]/ : /\s+/;
  const phrases = keywords.split(separator).map((phrase) => wordsOf(phrase));
  const distinct = new Map(phrases.filter((words) => words.length > 0).map((words) => [words.join(' '), words]));
  return [...distinct.values()];
}

/** How well keywords fit a message: the number of words in the phrases that the message contains as whole words in that order. */
export function keywordScore(keywords: string, message: string): number {
  const text = ` ${wordsOf(message).join(' ')} `;
  return phrasesOf(keywords)
    .filter((phrase) => text.includes(` ${phrase.join(' ')} `))
    .reduce((score, phrase) => score + phrase.length, 0);
}
