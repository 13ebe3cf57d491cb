import { Access, ApiProblems, Audited, IdPipe } from '@app/common';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { BudgetDto, BudgetLimitDto, BudgetsDto, NewBudgetDto } from './budget.dto.js';
import { BudgetsService } from './budgets.service.js';

const BudgetId = (): ParameterDecorator => Param('budgetId', IdPipe('The budget'));

@ApiTags('Admin')
@Controller('api/admin/budgets')
@Access('admin')
export class BudgetsController {
  constructor(private readonly budgets: BudgetsService) {}

  /** Lists the budgets with what is used of them in the current period. */
  @Get()
  @ApiOkResponse({ type: BudgetsDto })
  getBudgets(): Promise<BudgetsDto> {
    return this.budgets.list();
  }

  /**
   * Creates a budget for the installation, or for services, bots or users. What was used in the current period counts. There is one for
   * each scope, subject and period.
   */
  @Post()
  @HttpCode(200)
  @Audited('budget.created', 'id')
  @ApiOkResponse({ type: BudgetDto })
  @ApiProblems(400, 409)
  createBudget(@Body() dto: NewBudgetDto): Promise<BudgetDto> {
    return this.budgets.create(dto);
  }

  /** Returns a budget with what is used of it in the current period. */
  @Get(':budgetId')
  @ApiOkResponse({ type: BudgetDto })
  @ApiProblems(404)
  getBudget(@BudgetId() budgetId: string): Promise<BudgetDto> {
    return this.budgets.get(budgetId);
  }

  /** Changes the limit of a budget, from the next call on. */
  @Put(':budgetId')
  @Audited('budget.changed', 'budgetId')
  @ApiProblems(400, 404)
  updateBudget(@BudgetId() budgetId: string, @Body() dto: BudgetLimitDto): Promise<void> {
    return this.budgets.update(budgetId, dto);
  }

  /** Deletes a budget. */
  @Delete(':budgetId')
  @Audited('budget.deleted', 'budgetId')
  @ApiProblems(404)
  deleteBudget(@BudgetId() budgetId: string): Promise<void> {
    return this.budgets.delete(budgetId);
  }
}
