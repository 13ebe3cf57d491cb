import { Store } from './store.js';

interface Alerts {
  hasSound: boolean;
}

const KEPT_AS = 'baton.silent';

/** Whether the desk makes itself heard. From the first sign-in on it does. */
class AlertSettings extends Store<Alerts> {
  constructor() {
    super({ hasSound: localStorage.getItem(KEPT_AS) !== 'yes' });
  }

  /** Asks for desktop notifications, too, when it is turned on. */
  async toggleSound(): Promise<void> {
    const hasSound = !this.value.hasSound;
    if (hasSound) localStorage.removeItem(KEPT_AS);
    else localStorage.setItem(KEPT_AS, 'yes');
    this.set({ hasSound });
    if (hasSound) await askForNotifications();
  }
}

export const alertSettings = new AlertSettings();

/** Browsers ask people only upon a click. */
async function askForNotifications(): Promise<void> {
  if ('Notification' in globalThis && Notification.permission === 'default') await Notification.requestPermission();
}
