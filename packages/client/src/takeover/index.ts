export { DisconnectedError, ProblemError } from '../errors.js';
export * from './takeover-client.js';
export type { TakeoverListeners, TakeoverOptions } from './takeover-options.js';
export { TakeoverView, type ViewPosition } from './takeover-view.js';
