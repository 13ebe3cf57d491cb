import { Access, ApiProblems, Audited, IdPipe } from '@app/common';
import { Body, Controller, Delete, Get, Header, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { CreatedPriceDto, NewPriceDto, PriceBookDto, PriceListDto, ReplacePricesDto } from './price.dto.js';
import { PriceBookService } from './price-book.service.js';

@ApiTags('Admin')
@Controller('api/admin/prices')
@Access('admin')
export class PricesController {
  constructor(private readonly prices: PriceBookService) {}

  /** Lists the prices that administrators have set, and the models that were used without a price lately. */
  @Get()
  @ApiOkResponse({ type: PriceBookDto })
  getPrices(): Promise<PriceBookDto> {
    return this.prices.list();
  }

  /** Exports the prices that administrators have set as a table. */
  @Get('csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @ApiProduces('text/csv')
  @ApiOkResponse({ schema: { type: 'string' } })
  exportPrices(): Promise<string> {
    return this.prices.exportCsv();
  }

  /** Lists the prices that come with the server. They apply at the public services they are from, where no other price is set. */
  @Get('default')
  @ApiOkResponse({ type: PriceListDto })
  getDefaultPrices(): PriceListDto {
    return this.prices.listDefaults();
  }

  /** Adds a price. Its time must not overlap that of another price of the same service and model. */
  @Post()
  @HttpCode(200)
  @Audited('price.created')
  @ApiOkResponse({ type: CreatedPriceDto })
  @ApiProblems(400)
  createPrice(@Body() dto: NewPriceDto): Promise<CreatedPriceDto> {
    return this.prices.add(dto);
  }

  /** Replaces all prices, by a list or by a table in the form of the export. Prices that overlap are refused, and nothing changes. */
  @Put()
  @Audited('price.book_replaced')
  @ApiProblems(400)
  replacePrices(@Body() dto: ReplacePricesDto): Promise<void> {
    return this.prices.import(dto);
  }

  /** Deletes a price. What was used at it keeps its cost. */
  @Delete(':priceId')
  @Audited('price.deleted', 'priceId')
  @ApiProblems(404)
  deletePrice(@Param('priceId', IdPipe('The price')) priceId: string): Promise<void> {
    return this.prices.delete(priceId);
  }
}
