import type { TakeoverChatDto } from '@baton/client';
import type { ReactNode } from 'react';
import { Avatar } from '../parts/avatar.js';
import { IconButton } from '../parts/button.js';
import { CloseIcon } from '../parts/icons.js';
import { wholeMoment } from '../texts/moments.js';
import { useTexts } from '../texts/texts.js';
import type { Conversation } from './conversation.js';
import style from './details.module.css';
import type { Ownership } from './ownership.js';

interface DetailsProps {
  chat: TakeoverChatDto;
  ownership: Ownership;
  conversation: Conversation;
  onClose: () => void;
}

/** What one may want to know of a chat beside what was said. */
export function Details({ chat, ownership, conversation, onClose }: DetailsProps) {
  const { t, locale } = useTexts();
  const { owner, agent } = ownership;
  const messages = conversation.lines.filter(({ kind }) => kind === 'message').length;
  return (
    <aside className={style.details} aria-label={t('details')}>
      <IconButton className={style.close} label={t('close')} onClick={onClose}>
        <CloseIcon />
      </IconButton>
      <div className={style.top}>
        <Avatar kind="customer" name={chat.customerName} size="large" />
        <h2 className={style.name} dir="auto">
          {chat.customerName}
        </h2>
      </div>
      <Section title={t('details.chat')}>
        <Fact name={t('details.topic')}>{chat.displayName}</Fact>
        <Fact name={t('details.bot')}>{chat.botDisplayName}</Fact>
        <Fact name={t('details.owner')}>{owner === 'human' ? (agent?.name ?? t('someone')) : t(`owner.${owner}`)}</Fact>
        <Fact name={t('details.messages')}>{new Intl.NumberFormat(locale).format(messages)}</Fact>
        <Fact name={t('details.since')}>{wholeMoment(chat.createdUtc, locale)}</Fact>
      </Section>
      <Section title={t('details.reference')}>
        <Fact name={t('details.id')}>
          <span className={style.id}>{chat.chatId}</span>
        </Fact>
      </Section>
    </aside>
  );
}

const Section = ({ title, children }: { title: string; children: ReactNode }) => (
  <section className={style.section}>
    <h2>{title}</h2>
    <dl className={style.facts}>{children}</dl>
  </section>
);

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <>
    <dt>{name}</dt>
    <dd dir="auto">{children}</dd>
  </>
);
