export { createClient, createConfig, type Client, type Config } from './generated/client/index.js';
export * from './generated/index.js';
export * from './takeover.js';
export * from './takeover-error.js';
export type { TakeoverListeners, TakeoverOptions } from './takeover-options.js';
export type { ViewPosition } from './takeover-view.js';
