import { getRouteApi, useNavigate, useParams } from '@tanstack/react-router';
import { ChatPane } from '../chat/chat-pane.js';
import { useShortcuts } from '../live/shortcuts.js';
import { PersonIcon } from '../parts/icons.js';
import { Placeholder } from '../parts/placeholder.js';
import { isListName, LISTS } from '../server/lists.js';
import { useTexts } from '../texts/texts.js';
import { ChatList } from './chat-list.js';
import style from './desk.module.css';

const route = getRouteApi('/work/desk/$list');

/** The lists, one of them, and a chat of it. */
export function DeskPage() {
  const { t } = useTexts();
  const navigate = useNavigate();
  const { list: wanted = '', chatId } = useParams({ strict: false });
  const { q = '' } = route.useSearch();
  const list = isListName(wanted) ? wanted : 'waiting';
  const open = (name: (typeof LISTS)[number]) => () => void navigate({ to: '/desk/$list', params: { list: name } });
  useShortcuts({
    ...Object.fromEntries(LISTS.map((name, index) => [String(index + 1), open(name)])),
    Escape: () => chatId !== undefined && open(list)(),
  });
  return (
    <main className={style.parts}>
      <section className={style.list} aria-label={t('lists')}>
        <ChatList key={list} list={list} search={q} chatId={chatId} />
      </section>
      <div className={style.main}>
        {chatId === undefined ? (
          <Placeholder icon={<PersonIcon size={22} />} title={t('chooseChat')} text={t('chooseChat.text')} />
        ) : (
          <ChatPane chatId={chatId} list={list} />
        )}
      </div>
    </main>
  );
}
