export * from './errors/app-error.js';
