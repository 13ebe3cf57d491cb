import { render } from 'preact';
import { App } from './view/app.js';
import { ChatSession } from './chat/chat-session.js';
import { accentOn, textOn } from './view/colour.js';
import { HostFrame } from './host-frame.js';
import { inLanguage, readSettings, type Settings } from './settings.js';
import './style/style.css';

/** The grounds of messages in the two schemes, as the style sheet has them; what is readable there is readable everywhere. */
const LIGHT = '#f1f3f6';
const DARK = '#26282f';

function applyAccent(colour: string): void {
  const { style } = document.documentElement;
  style.setProperty('--accent', colour);
  style.setProperty('--on-accent', textOn(colour));
  style.setProperty('--accent-on-light', accentOn(LIGHT, colour));
  style.setProperty('--accent-on-dark', accentOn(DARK, colour));
}

function begin(settings: Settings): void {
  const root = document.querySelector('#chat-container')!;
  document.documentElement.lang = settings.language;
  document.title = inLanguage(settings.bot.title, settings.language);
  applyAccent(settings.bot.colour);
  const frame = new HostFrame(settings.hostOrigin);
  const session = new ChatSession(settings, { memory: settings.memory, keep: (memory) => frame.keep(memory) });
  root.replaceChildren();
  render(<App settings={settings} session={session} frame={frame} />, root);
  void session.start();
}

begin(readSettings());
