/** In a style sheet of the shadow tree: needs no leave from the surrounding page's policy. */
export const STYLE = `
:host { all: initial; }
[hidden] { display: none !important; }
.launcher {
  all: initial; box-sizing: border-box; position: fixed; bottom: calc(20px + var(--lift)); z-index: 2147483000; display: inline-flex;
  align-items: center; gap: 10px; min-width: 56px; height: 56px; padding: 0 16px; border-radius: 28px; cursor: pointer;
  background: var(--accent); color: var(--on-accent); border: 1px solid rgb(127 127 127 / 0.35);
  box-shadow: 0 6px 20px rgb(0 0 0 / 0.25); font: 600 16px/1 system-ui, sans-serif; transition: transform 0.15s;
}
.launcher.right, .panel.right { right: max(20px, env(safe-area-inset-right)); }
.launcher.left, .panel.left { left: max(20px, env(safe-area-inset-left)); }
.launcher:hover { transform: translateY(-2px); }
.launcher:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; box-shadow: 0 0 0 3px #fff, 0 0 0 7px #000; }
.launcher svg { width: 24px; height: 24px; flex: none; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.launcher.open span { display: none; }
.launcher.unread::after {
  content: ''; position: absolute; top: 0; right: 2px; width: 14px; height: 14px; border-radius: 50%;
  background: #e02424; border: 2px solid #fff;
}
.panel {
  position: fixed; bottom: calc(88px + var(--lift)); z-index: 2147483001; width: min(400px, calc(100vw - 40px));
  height: min(640px, calc(100vh - 108px - var(--lift))); border-radius: 16px; overflow: hidden; background: Canvas;
  color-scheme: light dark; box-shadow: 0 12px 40px rgb(0 0 0 / 0.3); animation: rise 0.18s ease-out;
}
iframe { display: block; width: 100%; height: 100%; border: 0; }
@keyframes rise { from { opacity: 0; transform: translateY(12px); } }
@media (max-width: 480px) {
  .panel, .panel.left, .panel.right { inset: 0; width: 100%; height: 100%; height: 100dvh; border-radius: 0; }
  .launcher.open { display: none; }
}
@media (max-height: 560px) and (min-width: 481px) {
  .panel { bottom: 8px; height: calc(100vh - 16px); height: calc(100dvh - 16px); }
  .launcher.open { display: none; }
}
@media (forced-colors: active) {
  .panel { border: 1px solid; }
  .launcher.unread::after { background: Highlight; }
}
@media (prefers-reduced-motion: reduce) {
  .launcher, .panel { transition: none; animation: none; }
  .launcher:hover { transform: none; }
}
@media print { .launcher, .panel { display: none; } }
`;
