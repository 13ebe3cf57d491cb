import { listOptions, pagingResult, PagingQuery } from './paging.dto.js';

const query = (values: Partial<PagingQuery>): PagingQuery => Object.assign(new PagingQuery(), values);
const FALLBACK = { field: 'createdUtc', direction: 'DESC' } as const;
const order = (OrderBy?: string) => listOptions(query({ OrderBy }), ['displayName', 'createdUtc'], FALLBACK).orderBy;

describe('listOptions', () => {
  it.each([
    ['displayName', { field: 'displayName', direction: 'ASC' }],
    ['DISPLAYNAME asc', { field: 'displayName', direction: 'ASC' }],
    ['displayName desc', { field: 'displayName', direction: 'DESC' }],
    ['-displayName', { field: 'displayName', direction: 'DESC' }],
    [undefined, FALLBACK],
    ['', FALLBACK],
    ['unknown', FALLBACK],
    ['displayName; DROP TABLE bots', FALLBACK],
    ['1=1--', FALLBACK],
  ])('orders by %s', (text, expected) => expect(order(text)).toEqual(expected));

  it('turns the page into a window', () => {
    expect(
      listOptions(query({ PageNumber: 3, PageSize: 5, SearchFor: '  foo ' }), [], FALLBACK as never),
    ).toMatchObject({
      skip: 10,
      take: 5,
      search: 'foo',
    });
  });
});

describe('pagingResult', () => {
  it('counts pages', () => {
    expect(pagingResult(query({ PageNumber: 2, PageSize: 5 }), [1], 6)).toEqual({
      pageNumber: 2,
      totalPageCount: 2,
      pageSize: 5,
      totalItemCount: 6,
      hasPrevious: true,
      hasNext: false,
      items: [1],
    });
  });

  it('shows an empty list as no pages', () => {
    expect(pagingResult(query({}), [], 0)).toMatchObject({ totalPageCount: 0, hasPrevious: false, hasNext: false });
  });
});
