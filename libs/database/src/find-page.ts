import type { ListOptions } from '@app/common';
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { containsText } from './text-search.js';

interface Columns {
  /** Where the search text is looked for. */
  searched: string[];
  orderedBy: string;
}

/** One page of what the query finds, and how many there are in all. What the order does not tell apart follows its id. */
export function findPage<Entity extends ObjectLiteral>(
  query: SelectQueryBuilder<Entity>,
  { skip, take, search, orderBy: { direction } }: ListOptions,
  { searched, orderedBy }: Columns,
): Promise<[Entity[], number]> {
  if (search !== null) {
    const { sql, parameters } = containsText(searched, search);
    query.andWhere(sql, parameters);
  }
  return query
    .orderBy(orderedBy, direction)
    .addOrderBy(`${query.alias}.id`, direction)
    .skip(skip)
    .take(take)
    .getManyAndCount();
}
