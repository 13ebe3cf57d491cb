// Copied from libs/contracts/src: do not edit.

export * from './chat-events.js';
export * from './error-codes.js';
export * from './model-capabilities.js';
export * from './model-dialects.js';
export * from './model-parameters.js';
export * from './ownership.js';
export * from './takeover.js';
export * from './threads.js';
