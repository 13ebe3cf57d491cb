/** Red, green and blue, 0 to 255. */
type Colour = readonly [number, number, number];

const WHITE: Colour = [255, 255, 255];
const BLACK: Colour = [0, 0, 0];
/** What WCAG 2 asks of text. */
const READABLE = 4.5;
const STEPS = 40;

export const parseColour = (hex: string): Colour => {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
};

const formatColour = (colour: Colour): string =>
  `#${colour.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;

/** Relative luminance, as WCAG 2 defines it. */
function luminance(colour: Colour): number {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** From 1 (none) to 21. */
export function contrast(one: Colour, other: Colour): number {
  const [light, dark] = [luminance(one), luminance(other)].toSorted((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** The colour of text on the accent. One of the two is always readable. */
export function textOn(accent: string): '#ffffff' | '#000000' {
  const colour = parseColour(accent);
  return contrast(colour, WHITE) >= contrast(colour, BLACK) ? '#ffffff' : '#000000';
}

/** The accent itself where it can be read on the background, else the nearest shade of it that can. */
export function accentOn(background: string, accent: string): string {
  const ground = parseColour(background);
  const colour = parseColour(accent);
  const towards = luminance(ground) > 0.18 ? BLACK : WHITE;
  for (let step = 0; step <= STEPS; step++) {
    const shade = colour.map((part, index) => part + ((towards[index]! - part) * step) / STEPS) as unknown as Colour;
    // Rounded first: what is measured is what is shown.
    const shown = parseColour(formatColour(shade));
    if (contrast(shown, ground) >= READABLE) return formatColour(shown);
  }
  return formatColour(towards);
}
