type Movable = Element & { moveBefore?: (node: Node, before: null) => void };

const HAS_MODALS = CSS.supports('selector(:modal)');
const POINTER_EVENTS = ['click', 'mousedown', 'mouseup', 'pointerdown', 'pointerup', 'touchstart', 'touchend'];

/**
 * Where the launcher is on the page: in its body, also when that is replaced, as single-page sites do; while the page shows a modal dialog,
 * in there, because all outside of it is covered and out of reach.
 */
export class Place {
  private modals: Element[] = [];

  constructor(private readonly host: HTMLElement) {
    // The page takes clicks that it sees in its dialog for clicks beside its words, and closes it.
    for (const name of POINTER_EVENTS) host.addEventListener(name, (event) => event.stopPropagation());
  }

  get isInModal(): boolean {
    return this.host.hasAttribute('popover');
  }

  keep(): void {
    this.take(document.querySelectorAll('dialog'));
    new MutationObserver((changes) => {
      this.take(changes.filter(({ type }) => type === 'attributes').map(({ target }) => target as Element));
    }).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ['open'] });
    // A dialog of a component is seen by nothing but the focus that it takes.
    addEventListener('focusin', (event) => {
      const dialogs = event.composedPath().filter((node) => node instanceof HTMLDialogElement);
      if (dialogs.length > 0 && !this.isInModal) this.take(dialogs);
    });
  }

  /** The last that was opened is on top. */
  private take(changed: Iterable<Element>): void {
    const opened = [...changed].filter(isModal);
    this.modals = [...this.modals.filter((each) => isModal(each) && !opened.includes(each)), ...opened];
    this.put(this.modals.at(-1) ?? null);
  }

  private put(modal: Element | null): void {
    const parent: Movable | null = modal ?? document.body;
    if (parent === null || this.host.parentNode === parent) return;
    if (this.host.matches(':popover-open')) this.host.hidePopover();
    // Moved in this way, where browsers can, the frame goes on; else it is loaded again and takes its chat up.
    if (this.host.isConnected && parent.moveBefore !== undefined) parent.moveBefore(this.host, null);
    else parent.append(this.host);
    this.host.toggleAttribute('popover', false);
    if (modal === null) return;
    // Above the dialog, whatever it clips or transforms.
    this.host.popover = 'manual';
    this.host.showPopover();
  }
}

const isModal = (element: Element): boolean => HAS_MODALS && element.isConnected && element.matches('dialog:modal');
