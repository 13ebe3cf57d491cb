// Copied from libs/contracts/src: do not edit.

/**
 * The request and stream formats that model services speak; `libs/openai` holds a folder for each. In the order of
 * preference.
 */
export const MODEL_DIALECTS = ['responses', 'chat_completions', 'anthropic_messages'] as const;
export type ModelDialect = (typeof MODEL_DIALECTS)[number];
