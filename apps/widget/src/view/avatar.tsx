import { useState } from 'preact/hooks';
import type { Surroundings } from './app.js';
import { inLanguage } from '../settings.js';

/** The bot's picture, or the first letter of its title. Says nothing to those who listen: the name stands beside it. */
export function Avatar({ settings, size }: Surroundings & { size: 'large' | 'small' }) {
  const [isBroken, setBroken] = useState(false);
  const { avatarPath, title } = settings.bot;
  if (avatarPath !== null && !isBroken)
    return (
      <img
        class={`avatar ${size}`}
        src={new URL(avatarPath, settings.server).href}
        alt=""
        onError={() => setBroken(true)}
      />
    );
  const [letter = ''] = new Intl.Segmenter().segment(inLanguage(title, settings.language).trim());
  return (
    <span class={`avatar ${size}`} aria-hidden="true">
      {typeof letter === 'string' ? letter : letter.segment.toUpperCase()}
    </span>
  );
}

/** The first letter of a person's name. */
export const PersonAvatar = ({ name }: { name: string }) => (
  <span class="avatar small person" aria-hidden="true">
    {Array.from(name.trim())[0]?.toUpperCase() ?? '·'}
  </span>
);
