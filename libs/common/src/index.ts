export * from './errors/app-error.js';
export * from './config/app-config.js';
export * from './config/config.module.js';
export * from './config/environment.js';
