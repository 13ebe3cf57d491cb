export * from './bulk.js';
export * from './columns.js';
export * from './data-source.js';
export * from './database.module.js';
export * from './dialect.js';
export * from './entities/index.js';
export * from './errors.js';
export * from './migrate.js';
