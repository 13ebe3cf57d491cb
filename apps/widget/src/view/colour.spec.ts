import { accentOn, contrast, parseColour, textOn } from './colour.js';

const ACCENTS = ['#3454d1', '#ffff00', '#ffffff', '#000000', '#777777', '#ff0000', '#00ff88', '#123456', '#767676'];

describe('colours', () => {
  it.each(ACCENTS)('text on %s can be read', (accent) => {
    expect(contrast(parseColour(accent), parseColour(textOn(accent)))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(ACCENTS.flatMap((accent) => ['#ffffff', '#17181c'].map((ground) => [accent, ground] as const)))(
    'a shade of %s can be read on %s',
    (accent, ground) => {
      expect(contrast(parseColour(accentOn(ground, accent)), parseColour(ground))).toBeGreaterThanOrEqual(4.5);
    },
  );

  it('leaves an accent that can be read as it is', () => {
    expect(accentOn('#ffffff', '#3454d1')).toBe('#3454d1');
  });

  it('measures as WCAG does', () => {
    expect(contrast(parseColour('#ffffff'), parseColour('#000000'))).toBeCloseTo(21, 5);
    expect(contrast(parseColour('#ffffff'), parseColour('#767676'))).toBeCloseTo(4.54, 2);
  });
});
