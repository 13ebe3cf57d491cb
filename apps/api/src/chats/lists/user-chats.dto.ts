import { FlagQuery, PagingQuery } from '@app/common';

export class UserChatsQuery extends PagingQuery {
  /** Keeps favourites only. */
  @FlagQuery()
  OnlyFavorites: boolean = false;
}
