import type { Random } from './random.js';

const FIRST_NAMES =
  'Anna Ben Clara David Elif Felix Greta Hannah Ibrahim Jana Karl Lena Mehmet Nora Oskar Paula Quirin Rosa Samir Tilda Ute Viktor Wiebke Xenia Yusuf Zoe'.split(
    ' ',
  );
const LAST_NAMES =
  'Albrecht Becker Conrad Demir Engel Fischer Graf Hoffmann Ivanova Jansen Krüger Lehmann Müller Neumann Okafor Peters Quast Richter Schäfer Thiele Ulrich Vogel'.split(
    ' ',
  );

const asLogin = (name: string): string =>
  name.toLowerCase().replaceAll('ä', 'ae').replaceAll('ö', 'oe').replaceAll('ü', 'ue').replaceAll(' ', '.');

/** So many people, each with a login of its own. */
export function inventPeople(random: Random, count: number): { login: string; displayName: string }[] {
  return Array.from({ length: count }, (_, index) => {
    const displayName = `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`;
    return { login: `${asLogin(displayName)}.${index + 1}@demo.example`, displayName };
  });
}

export const SYSTEM_MESSAGES: readonly (readonly [name: string, text: string])[] = [
  ['Short answers', 'Answer in at most two sentences.'],
  ['Plain language', 'Explain everything so that a newcomer understands it.'],
  ['Auf Deutsch', 'Antworte immer auf Deutsch, auch auf englische Fragen.'],
  ['As a list', 'Answer as a numbered list of steps.'],
  ['Formell', 'Sprich mich mit Sie an und bleibe förmlich.'],
];
