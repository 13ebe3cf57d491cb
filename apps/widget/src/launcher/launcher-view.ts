import type { Language } from '../settings.js';
import { Place } from './place.js';
import { STYLE } from './launcher-style.js';

interface Appearance {
  code: string;
  title: string;
  text: string;
  colour: string;
  textColour: string;
  position: 'left' | 'right';
  language: Language;
  onToggle: () => void;
}

const TEXTS = {
  en: { open: 'Open chat', close: 'Close chat', unread: 'new messages' },
  de: { open: 'Chat öffnen', close: 'Chat schließen', unread: 'neue Nachrichten' },
};
/** With the gap to the next. */
const BUTTON_HEIGHT = 68;
const SPEECH = 'M5 5h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-7l-5 4v-4H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2z';
const DOWN = 'M6 9l6 6 6-6';
/** What the chat needs and no more; pages that it opens are free of these limits. */
const SANDBOX = 'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox';

/** The button and the frame, in a tree of their own: neither sees the other's styles. */
export class LauncherView {
  readonly host = document.createElement('div');
  private readonly place = new Place(this.host);
  private readonly root = this.host.attachShadow({ mode: 'open' });
  private readonly button = document.createElement('button');
  private readonly panel = document.createElement('div');
  private readonly sign = icon(SPEECH);
  private isOpen = false;
  private isUnread = false;

  constructor(private readonly appearance: Appearance) {
    const { code, colour, textColour, position, text, title, onToggle } = appearance;
    this.host.setAttribute('data-baton-widget', code);
    this.host.lang = appearance.language;
    // To the page's rules it is an empty element, which some of them hide.
    this.host.style.setProperty('display', 'block', 'important');
    const style = new CSSStyleSheet();
    style.replaceSync(STYLE);
    this.root.adoptedStyleSheets = [style];
    this.host.style.setProperty('--accent', colour);
    this.host.style.setProperty('--on-accent', textColour);
    this.panel.className = `panel ${position}`;
    this.panel.id = 'panel';
    this.panel.hidden = true;
    this.panel.setAttribute('role', 'dialog');
    this.panel.setAttribute('aria-label', title);
    this.button.type = 'button';
    this.button.className = `launcher ${position}`;
    this.button.setAttribute('aria-controls', 'panel');
    this.button.append(this.sign);
    if (text !== '') {
      const label = document.createElement('span');
      label.textContent = text;
      this.button.append(label);
    }
    this.button.addEventListener('click', onToggle);
    this.root.append(this.panel, this.button);
    this.describe();
  }

  static isOnPage(code: string): boolean {
    return document.querySelector(`[data-baton-widget="${CSS.escape(code)}"]`) !== null;
  }

  /** Above the buttons of other bots on the same side. */
  stayOnPage(): void {
    const side = `[data-baton-side="${this.appearance.position}"]`;
    const others = document.querySelectorAll(side).length;
    this.host.style.setProperty('--lift', `${others * BUTTON_HEIGHT}px`);
    this.host.setAttribute('data-baton-side', this.appearance.position);
    this.place.keep();
  }

  /** Whether the page shows a dialog of its own, with the launcher in it. */
  get isInModal(): boolean {
    return this.place.isInModal;
  }

  addFrame(address: string): HTMLIFrameElement {
    const frame = document.createElement('iframe');
    frame.title = this.appearance.title;
    frame.setAttribute('sandbox', SANDBOX);
    frame.allow = 'clipboard-write';
    frame.referrerPolicy = 'no-referrer';
    frame.src = address;
    this.panel.append(frame);
    return frame;
  }

  show(isOpen: boolean): void {
    const hadFocus = this.root.activeElement !== null;
    this.isOpen = isOpen;
    this.panel.hidden = !isOpen;
    this.button.classList.toggle('open', isOpen);
    this.sign.querySelector('path')!.setAttribute('d', isOpen ? DOWN : SPEECH);
    if (isOpen) this.isUnread = false;
    this.describe();
    // The frame is gone from under the keyboard; where it was opened is the place to go on.
    if (!isOpen && hadFocus) this.button.focus();
  }

  markUnread(isUnread: boolean): void {
    this.isUnread = isUnread;
    this.describe();
  }

  private describe(): void {
    const { text, language } = this.appearance;
    const { open, close, unread } = TEXTS[language];
    const action = this.isOpen ? close : text === '' ? open : text;
    this.button.setAttribute('aria-expanded', String(this.isOpen));
    this.button.setAttribute('aria-label', this.isUnread ? `${action} (${unread})` : action);
    this.button.classList.toggle('unread', this.isUnread);
  }
}

function icon(path: string): SVGSVGElement {
  const make = <Name extends 'svg' | 'path'>(name: Name): SVGElementTagNameMap[Name] =>
    document.createElementNS('http://www.w3.org/2000/svg', name);
  const svg = make('svg');
  const line = make('path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}
