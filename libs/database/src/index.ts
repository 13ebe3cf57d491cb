export * from './database.module.js';
export * from './columns.js';
export * from './data-source.js';
export * from './dialect.js';
export * from './entities/index.js';
export * from './migrate.js';
