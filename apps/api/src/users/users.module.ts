import { ApiKey, DeletedSubject, User, UserSystemMessage } from '@app/database';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CacheModule } from '../cache/index.js';
import { AdminUsersController } from './administration/admin-users.controller.js';
import { AdminUsersService } from './administration/admin-users.service.js';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import { ApiKeysRepository } from './api-keys/api-keys.repository.js';
import { ApiKeysService } from './api-keys/api-keys.service.js';
import { FirstAdminService } from './first-admin.service.js';
import { UserSystemMessagesController } from './system-messages/user-system-messages.controller.js';
import { DeletedSubjectsRepository } from './deleted-subjects.repository.js';
import { UserSystemMessagesRepository } from './system-messages/user-system-messages.repository.js';
import { UserSystemMessagesService } from './system-messages/user-system-messages.service.js';
import { UsersController } from './users.controller.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([User, DeletedSubject, ApiKey, UserSystemMessage]), CacheModule],
  controllers: [UsersController, ApiKeysController, UserSystemMessagesController, AdminUsersController],
  providers: [
    UsersService,
    UsersRepository,
    DeletedSubjectsRepository,
    AdminUsersService,
    FirstAdminService,
    ApiKeysService,
    ApiKeysRepository,
    UserSystemMessagesService,
    UserSystemMessagesRepository,
  ],
  exports: [UsersService, ApiKeysService, FirstAdminService],
})
export class UsersModule {}
