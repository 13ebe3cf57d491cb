import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { showHelp } from '../live/shortcuts.js';
import { useDesk } from '../live/desk-context.js';
import { alertSettings } from '../live/alert-settings.js';
import { useStore } from '../live/store.js';
import { Avatar } from '../parts/avatar.js';
import { BellIcon, BellOffIcon, CheckIcon, DevicesIcon, KeyboardIcon, SignOutIcon } from '../parts/icons.js';
import { Menu, MenuGroup, MenuItem, MenuSeparator } from '../parts/menu.js';
import { showToast } from '../parts/toasts.js';
import { agentsQuery } from '../server/chats.js';
import { signOut } from '../server/session.js';
import { wordsOfError } from '../texts/problems.js';
import { changeLanguage, useTexts, type Language } from '../texts/texts.js';
import style from './sidebar.module.css';

const LANGUAGES: Record<Language, string> = { en: 'English', de: 'Deutsch' };
const NO_ICON = <span className={style.dot} hidden />;

/** Who I am, whether chats may be handed to me, and what concerns this browser. */
export function MyMenu() {
  const { t, language } = useTexts();
  const { live, me } = useDesk();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { data: agents } = useQuery(agentsQuery);
  const isSilent = !useStore(alertSettings).hasSound;
  const status = agents?.find(({ id }) => id === me.userId)?.status ?? 'offline';
  const changeStatus = useMutation({
    mutationFn: (wanted: 'online' | 'away') => live.client.updatePresence({ status: wanted }),
    onSettled: () => queries.invalidateQueries({ queryKey: agentsQuery.queryKey }),
    onError: (error) => showToast(wordsOfError(error, t)),
  });
  const leave = async (): Promise<void> => {
    try {
      await signOut(queries);
      await navigate({ to: '/sign-in' });
    } catch (error) {
      showToast(wordsOfError(error, t));
    }
  };
  return (
    <Menu
      side="top"
      align="start"
      trigger={
        <button type="button" className={style.me}>
          <Avatar kind="agent" name={me.name} />
          <span className={style.meText}>
            <span className={style.meName} dir="auto">
              {me.name}
            </span>
            <span className={style.presence}>
              <span className={style.dot} data-status={status} />
              {t(`presence.${status}`)}
            </span>
          </span>
        </button>
      }
    >
      <MenuGroup label={t('presence')}>
        {(['online', 'away'] as const).map((each) => (
          <MenuItem
            key={each}
            icon={<span className={style.dot} data-status={each} />}
            hint={each === status ? '✓' : undefined}
            onSelect={() => changeStatus.mutate(each)}
          >
            {t(`presence.${each}`)}
          </MenuItem>
        ))}
      </MenuGroup>
      <MenuSeparator />
      <MenuItem icon={isSilent ? <BellOffIcon /> : <BellIcon />} onSelect={() => void alertSettings.toggleSound()}>
        {t(isSilent ? 'alerts.turnOn' : 'alerts.turnOff')}
      </MenuItem>
      <MenuItem icon={<KeyboardIcon />} hint="?" onSelect={showHelp}>
        {t('shortcuts')}
      </MenuItem>
      <MenuItem icon={<DevicesIcon />} onSelect={() => void navigate({ to: '/sessions' })}>
        {t('sessions')}
      </MenuItem>
      <MenuSeparator />
      <MenuGroup label={t('language')}>
        {(Object.keys(LANGUAGES) as Language[]).map((each) => (
          <MenuItem
            key={each}
            icon={each === language ? <CheckIcon /> : NO_ICON}
            onSelect={() => void changeLanguage(each)}
          >
            {LANGUAGES[each]}
          </MenuItem>
        ))}
      </MenuGroup>
      <MenuSeparator />
      <MenuItem icon={<SignOutIcon />} onSelect={() => void leave()}>
        {t('signOut')}
      </MenuItem>
    </Menu>
  );
}
