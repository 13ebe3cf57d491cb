import { BotIcon, InfoIcon } from './icons.js';
import { classes } from './classes.js';
import style from './avatar.module.css';

type Kind = 'customer' | 'bot' | 'agent' | 'system';
const SIGN_SIZES = { small: 14, normal: 18, large: 22 };

/** Who it is, at a glance: people by a letter in a circle, the bot by its sign in a square. Says nothing: the name stands beside it. */
export function Avatar({ kind, name, size = 'normal' }: { kind: Kind; name: string; size?: keyof typeof SIGN_SIZES }) {
  const sign =
    kind === 'bot' ? (
      <BotIcon size={SIGN_SIZES[size]} />
    ) : kind === 'system' ? (
      <InfoIcon size={16} />
    ) : (
      firstLetter(name)
    );
  return (
    <span aria-hidden="true" className={classes(style.avatar, style[kind], size !== 'normal' && style[size])}>
      {sign}
    </span>
  );
}

const segmenter = new Intl.Segmenter();

function firstLetter(name: string): string {
  const [first] = segmenter.segment(name.trim().slice(0, 50));
  return first?.segment.toUpperCase() ?? '·';
}
