import {
  AppError,
  csvLine,
  inLanguage,
  listOptions,
  pagingResult,
  type Language,
  type PagingResult,
} from '@app/common';
import { Injectable } from '@nestjs/common';
import { costRange } from '../usage-range.js';
import { REPORT_GROUPS, type GetUsageReportResponseItemDto, type UsageReportQuery } from './usage-report.dto.js';
import { groupsOf, type NameOf } from './usage-report.js';
import { UsageReportRepository } from './usage-report.repository.js';

/** Of groups and outcomes; what is beyond is read in parts. */
const MAX_ROWS = 100_000;
const LINES_PER_PIECE = 500;

type Item = GetUsageReportResponseItemDto;
type Field = Exclude<keyof Item, 'failures'>;

/** In the order of the columns of the CSV file. */
const FIELDS: readonly Field[] = [
  'day',
  'hour',
  'botId',
  'botDisplayName',
  'userKey',
  'model',
  'serviceId',
  'serviceDisplayName',
  'channel',
  'kind',
  'requestCount',
  'callCount',
  'inputTokens',
  'cachedTokens',
  'cacheWriteTokens',
  'outputTokens',
  'reasoningTokens',
  'costNano',
  'unpricedCount',
  'estimatedCount',
  'meanDurationMs',
  'maxDurationMs',
  'meanFirstTextMs',
  'maxFirstTextMs',
  'abortedCount',
  'failedCount',
];

/** What was used, by any of the things that the ledger knows of a call; for administrators. */
@Injectable()
export class UsageReportService {
  constructor(private readonly ledger: UsageReportRepository) {}

  async list(query: UsageReportQuery, language: Language): Promise<PagingResult<Item>> {
    const items = await this.read(query, language);
    const { skip, take } = listOptions(query, FIELDS, { field: 'day', direction: 'DESC' });
    return pagingResult(query, items.slice(skip, skip + take), items.length);
  }

  /** The same as a CSV file, all of it, in pieces. */
  async write(query: UsageReportQuery, language: Language): Promise<Iterable<string>> {
    return piecesOf(await this.read(query, language));
  }

  private async read(query: UsageReportQuery, language: Language): Promise<Item[]> {
    const groups = REPORT_GROUPS.filter((group) => query.groups.includes(group));
    const filter = {
      ...costRange(query),
      botId: query.BotId ?? null,
      userKey: query.UserKey ?? null,
      model: query.Model ?? null,
      serviceId: query.ServiceId ?? null,
      channel: query.Channel ?? null,
      usageType: query.Kind ?? null,
    };
    const rows = await this.ledger.list(filter, groups, MAX_ROWS + 1);
    if (rows.length > MAX_ROWS) throw tooMany();
    const { orderBy, search } = listOptions(query, FIELDS, { field: 'day', direction: 'DESC' });
    const items = groupsOf(rows, groups, await this.names(language)).toSorted(
      (a, b) =>
        compare(a[orderBy.field], b[orderBy.field]) * (orderBy.direction === 'ASC' ? 1 : -1) || compareGroups(a, b),
    );
    return search === null ? items : items.filter((item) => holds(item, search.toLocaleLowerCase()));
  }

  private async names(language: Language): Promise<NameOf> {
    const names = new Map<string, string>();
    for (const { id, name, nameDe } of await this.ledger.findNames())
      names.set(id, inLanguage({ value: name, valueDe: nameDe }, language));
    return (id) => names.get(id) ?? '';
  }
}

function* piecesOf(items: readonly Item[]): Generator<string> {
  yield csvLine([...FIELDS, 'failures']);
  for (let start = 0; start < items.length; start += LINES_PER_PIECE)
    yield items
      .slice(start, start + LINES_PER_PIECE)
      .map((item) => csvLine([...FIELDS.map((field) => String(item[field] ?? '')), failuresOf(item)]))
      .join('');
}

const failuresOf = ({ failures }: Item): string => failures.map(({ code, count }) => `${code} ${count}`).join('; ');

const TEXTS = ['botDisplayName', 'userKey', 'model', 'serviceDisplayName', 'channel'] as const;

const holds = (item: Item, text: string): boolean =>
  TEXTS.some((field) => item[field]?.toLocaleLowerCase().includes(text));

function compare(a: Item[Field], b: Item[Field]): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? -1 : 1;
  return a < b ? -1 : 1;
}

/** Equal in the field of the order: the latest first, then by the other groups. */
function compareGroups(a: Item, b: Item): number {
  const latest = compare(b.day, a.day) || compare(b.hour, a.hour);
  return FIELDS.reduce((order, field) => order || compare(a[field], b[field]), latest);
}

const tooMany = (): AppError =>
  new AppError('VALIDATION_FAILED', {
    errors: [
      {
        path: 'GroupBy',
        message: `GroupBy makes more than ${MAX_ROWS} groups: choose a shorter period or fewer groups`,
      },
    ],
  });
