import { FlagQuery, PagingQuery } from '@app/common';

export class UserChatsQuery extends PagingQuery {
  /** Lists favourites only. */
  @FlagQuery()
  OnlyFavorites: boolean = false;
}
