import { Access, ApiProblems, Audited } from '@app/common';
import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { EncryptionKeysDto, RotateEncryptionKeysRequestDto } from './encryption-keys.dto.js';
import { KeyRotationService } from './key-rotation.service.js';

@ApiTags('System')
@Controller('api/System/encryptionKeys')
@Access('admin')
export class EncryptionKeysController {
  constructor(private readonly rotation: KeyRotationService) {}

  /** Returns which encryption keys there are, how many secrets each has sealed, and how far the rotation is. */
  @Get()
  @ApiOkResponse({ type: EncryptionKeysDto })
  getEncryptionKeys(): Promise<EncryptionKeysDto> {
    return this.rotation.getStatus();
  }

  /** Starts to seal all secrets with the current key, and returns at once. Nothing stops meanwhile; a run that was interrupted goes on. */
  @Post('rotation')
  @Audited('keys.rotated')
  @HttpCode(200)
  @ApiOkResponse({ type: EncryptionKeysDto })
  @ApiProblems(400, 409, 503)
  rotateEncryptionKeys(@Body() dto: RotateEncryptionKeysRequestDto): Promise<EncryptionKeysDto> {
    return this.rotation.start(dto);
  }
}
