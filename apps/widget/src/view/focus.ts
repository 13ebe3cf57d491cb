let last: Element | null = null;

addEventListener('focusin', ({ target }) => {
  last = target instanceof Element ? target : null;
});

/** What was in use has gone or cannot be used any more: its successor takes the focus, so that the keyboard goes on where it was. */
export function focusIfLost(successor: HTMLElement | null): void {
  const isGone = last !== null && (!last.isConnected || last.matches(':disabled'));
  if (isGone && document.activeElement === document.body) successor?.focus();
}

/** A keyboard on the screen would come up at once and hide what is there to be read. */
export const isTouched = (): boolean => matchMedia('(hover: none) and (pointer: coarse)').matches;

/** What was pressed in the conversation goes away; what is read next is the conversation. */
export const focusLog = ({ currentTarget }: { currentTarget: Element }): void =>
  currentTarget.closest<HTMLElement>('.log')?.focus();

export const focusAtOnce = (element: HTMLElement | null): void => element?.focus();
