import { useEffect, useRef } from 'react';
import { Store } from './store.js';

/** Whether the help is shown. */
export const helpIsShown = new Store(false);
export const showHelp = (): void => helpIsShown.set(true);

const KEPT_AS = 'baton.shortcuts-off';
/** Shortcuts of single keys can be turned off: who dictates would press them without wanting to. */
export const shortcutsAreOn = new Store(localStorage.getItem(KEPT_AS) !== 'yes');
export function turnShortcuts(isOn: boolean): void {
  if (isOn) localStorage.removeItem(KEPT_AS);
  else localStorage.setItem(KEPT_AS, 'yes');
  shortcutsAreOn.set(isOn);
}

export type Shortcuts = Readonly<Record<string, () => void>>;

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Keys and what they do while the component is shown. In a text field, and while something lies over the page, they write. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const current = useRef(shortcuts);
  useEffect(() => {
    current.current = shortcuts;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (!shortcutsAreOn.value || isWriting(event.target) || document.querySelector('[role="dialog"], [role="menu"]'))
        return;
      const deed = current.current[event.key];
      if (deed === undefined) return;
      event.preventDefault();
      deed();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
