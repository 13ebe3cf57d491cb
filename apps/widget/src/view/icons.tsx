const shape = (path: string) => () => (
  <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
    <path d={path} fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" />
  </svg>
);

export const CloseIcon = shape('M6 6l12 12M18 6L6 18');
export const SendIcon = shape('M12 19V5M5.5 11.5L12 5l6.5 6.5');
export const DownIcon = shape('M12 5v14M5.5 12.5L12 19l6.5-6.5');
export const PersonIcon = shape('M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM5 20c.8-3.4 3.6-5 7-5s6.200 1.600 7 5');
export const StopIcon = () => (
  <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true" focusable="false">
    <rect x="6" y="6" width="12" height="12" rx="2" fill="currentColor" />
  </svg>
);
