import { textOn } from '../view/colour.js';
import type { FromHost, ToHost } from '../host-frame.js';
import { inLanguage, languageOf, type Language, type Term } from '../settings.js';
import { LauncherView } from './launcher-view.js';
import { SiteMemory } from './site-memory.js';

export interface LauncherSettings {
  code: string;
  title: Term;
  colour: string;
  position: 'left' | 'right';
  text: Term;
}

/** Given by the server around this script; null in the script that serves every bot. */
declare const batonWidget: LauncherSettings | null;

/** Told to the launchers of other bots on the page. */
const OPENED = 'baton-opened';
const BOTH_ADDRESSES = /widget(?:\/[^/]+\/loader)?\.js(?:[?#].*)?$/;

function begin(): void {
  const element = document.currentScript as HTMLScriptElement | null;
  if (element === null) return;
  const server = element.src.replace(BOTH_ADDRESSES, '');
  if (batonWidget === null) return loadFor(element, server);
  const { lang } = element.dataset;
  const language = lang === 'en' || lang === 'de' ? lang : languageOf(navigator.languages);
  const isOpen = element.dataset['open'] === 'true';
  const draw = (): void => {
    // Tag managers and templates bring the same line twice; a second button would lie on the first and hold a chat of its own.
    if (!LauncherView.isOnPage(batonWidget.code)) new Launcher(batonWidget, server, language).begin(isOpen);
  };
  if (document.body === null) addEventListener('DOMContentLoaded', draw);
  else draw();
}

/** Loads the script of the bot that the element names. */
function loadFor(element: HTMLScriptElement, server: string): void {
  const { bot } = element.dataset;
  if (bot === undefined || bot === '') return;
  const script = document.createElement('script');
  script.src = `${server}widget/${encodeURIComponent(bot)}/loader.js`;
  script.async = true;
  script.nonce = element.nonce;
  Object.assign(script.dataset, element.dataset);
  element.after(script);
}

/** A button that opens the chat in a frame. The frame is loaded when it is first wanted. */
class Launcher {
  private readonly view: LauncherView;
  private readonly address: URL;
  private readonly memory: SiteMemory;
  private frame: HTMLIFrameElement | null = null;
  private isOpen = false;
  /** Before, the frame still belongs to this page. */
  private isReady = false;

  constructor(settings: LauncherSettings, server: string, language: Language) {
    this.address = new URL(`${server}widget/${encodeURIComponent(settings.code)}`);
    this.address.searchParams.set('lang', language);
    this.memory = new SiteMemory(settings.code);
    this.view = new LauncherView({
      code: settings.code,
      title: inLanguage(settings.title, language),
      text: inLanguage(settings.text, language),
      colour: settings.colour,
      textColour: textOn(settings.colour),
      position: settings.position,
      language,
      onToggle: () => this.show(!this.isOpen),
    });
  }

  begin(isOpen: boolean): void {
    this.view.stayOnPage();
    addEventListener('message', (event: MessageEvent<unknown>) => {
      const isOurs = event.source === this.frame?.contentWindow && event.origin === this.address.origin;
      if (isOurs && this.frame !== null) this.receive(event.data as ToHost | null);
    });
    document.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !this.isOpen || event.defaultPrevented) return;
      // Else the dialog of the page, in which the chat is, closes, too.
      if (this.view.isInModal) event.preventDefault();
      this.show(false);
    });
    // One chat at a time: those of several bots would lie on each other.
    document.addEventListener(OPENED, ({ target }) => {
      if (target !== this.view.host && this.isOpen) this.show(false);
    });
    if (isOpen) this.show(true);
  }

  private show(isOpen: boolean): void {
    this.isOpen = isOpen;
    if (isOpen) this.frame ??= this.view.addFrame(this.frameAddress());
    this.view.show(isOpen);
    if (isOpen) this.view.host.dispatchEvent(new Event(OPENED, { bubbles: true }));
    if (isOpen) this.frame?.focus();
    this.tell();
  }

  private frameAddress(): string {
    const memory = this.memory.read();
    this.address.hash = new URLSearchParams({ host: location.origin, ...(memory && { memory }) }).toString();
    return this.address.href;
  }

  private receive(message: ToHost | null): void {
    if (message?.baton === 'ready') {
      this.isReady = true;
      this.tell();
    }
    if (message?.baton === 'keep') this.memory.write(message.memory);
    else if (message?.baton === 'close') this.show(false);
    else if (message?.baton === 'unread') this.view.markUnread(!this.isOpen && message.count > 0);
  }

  private tell(): void {
    const message: FromHost = { baton: this.isOpen ? 'shown' : 'hidden' };
    if (this.isReady) this.frame?.contentWindow?.postMessage(message, this.address.origin);
  }
}

begin();
