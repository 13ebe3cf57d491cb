import { i18n } from '@lingui/core';
import { I18nProvider, useLingui } from '@lingui/react';
import { useMemo, type ReactNode } from 'react';
import type english from './en.json';

export type TextName = keyof typeof english;
export type Language = 'en' | 'de';
/** Gives a text of the catalogue in the language of the page. */
export type Translate = (name: TextName, values?: Record<string, string | number>) => string;

const KEPT_AS = 'baton.language';
const CATALOGUES = {
  en: () => import('virtual:texts/en'),
  de: () => import('virtual:texts/de'),
} satisfies Record<Language, () => Promise<{ default: object }>>;

function wantedLanguage(): Language {
  const kept = localStorage.getItem(KEPT_AS);
  if (kept === 'en' || kept === 'de') return kept;
  return navigator.language.toLowerCase().startsWith('de') ? 'de' : 'en';
}

export async function loadTexts(language = wantedLanguage()): Promise<void> {
  const { default: messages } = (await CATALOGUES[language]()) as { default: Parameters<typeof i18n.load>[1] };
  i18n.loadAndActivate({ locale: language, messages });
  document.documentElement.lang = language;
}

export async function changeLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEPT_AS, language);
  await loadTexts(language);
}

export const TextsProvider = ({ children }: { children: ReactNode }) => (
  <I18nProvider i18n={i18n}>{children}</I18nProvider>
);

/** Outside of components. */
export const translate: Translate = (name, values) => i18n._(name, values);

export function useTexts(): { t: Translate; language: Language; locale: string } {
  const { i18n: current } = useLingui();
  const language = current.locale as Language;
  // oxlint-disable-next-line react/exhaustive-deps -- the same object translates into another language then
  const t = useMemo<Translate>(() => (name, values) => current._(name, values), [current, language]);
  const locale = navigator.languages.find((tag) => tag.startsWith(language)) ?? language;
  return { t, language, locale };
}
