import { CONFIGURATION_SECRETS, TOOL_SECRETS } from './bots/index.js';
import { SERVICE_KEYS } from './models/index.js';
import type { SecretTable } from './secrets/index.js';

/** All tables that hold sealed secrets: what is missing here is lost when the encryption key is rotated. */
export const SECRET_TABLES: readonly SecretTable[] = [SERVICE_KEYS, TOOL_SECRETS, CONFIGURATION_SECRETS];
