import { Access, ApiProblems, CurrentUser, type UserPrincipal } from '@app/common';
import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CurrentUserDto, UpdateUserRequestDto } from './user.dto.js';
import { UsersService } from './users.service.js';

@ApiTags('User')
@Controller('api/users/current')
@Access('user')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  /** Returns the caller's account and settings. The first call with a token of the configured issuer creates the account. */
  @Get()
  @ApiOkResponse({ type: CurrentUserDto })
  getCurrentUser(@CurrentUser() user: UserPrincipal): Promise<CurrentUserDto> {
    return this.users.getCurrentUser(user);
  }

  /** Updates how long the caller's chats are kept. Fields that are left out stay as they are. */
  @Put()
  @ApiOkResponse({ description: 'Stored.' })
  @ApiProblems(400)
  updateCurrentUser(@CurrentUser() user: UserPrincipal, @Body() dto: UpdateUserRequestDto): Promise<void> {
    return this.users.updateCurrentUser(user, dto);
  }

  /** Accepts the terms of use. Where they are required, bots answer only after it. */
  @Put('acceptTerms')
  @ApiOkResponse({ description: 'Accepted.' })
  acceptTerms(@CurrentUser() user: UserPrincipal): Promise<void> {
    return this.users.acceptTerms(user);
  }
}
