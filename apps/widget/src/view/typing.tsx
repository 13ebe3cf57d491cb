import type { Texts } from '../texts.js';

export const Typing = ({ name, texts }: { name: string; texts: Texts }) => (
  <div class="line theirs typing">
    <span class="name">{texts.isTyping(name)}</span>
    <div class="bubble dots" aria-hidden="true">
      <i />
      <i />
      <i />
    </div>
  </div>
);
