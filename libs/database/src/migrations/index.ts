import { Initial1764000000000 } from './1764000000000-initial.js';
import { Channels1795219200000 } from './1795219200000-channels.js';
import { Tools1795222800000 } from './1795222800000-tools.js';
import { Deliveries1795226400000 } from './1795226400000-deliveries.js';
import { SimpleChat1795226410000 } from './1795226410000-simple-chat.js';
import { DeletedSubjects1795230000000 } from './1795230000000-deleted-subjects.js';
import { ServiceChoices1795233600000 } from './1795233600000-service-choices.js';
import { ToolAddresses1795237200000 } from './1795237200000-tool-addresses.js';
import { Attempts1795240800000 } from './1795240800000-attempts.js';
import { PriceBook1795241400000 } from './1795241400000-price-book.js';
import { Budgets1795242000000 } from './1795242000000-budgets.js';
import { UsageByModel1795244400000 } from './1795244400000-usage-by-model.js';
import { ServiceLimits1795248000000 } from './1795248000000-service-limits.js';
import { ServiceConnections1795251600000 } from './1795251600000-service-connections.js';
import { TurnMemory1795255200000 } from './1795255200000-turn-memory.js';
import { ServiceProbes1795258800000 } from './1795258800000-service-probes.js';
import { LedgerModels1795269000000 } from './1795269000000-ledger-models.js';
import { BrowserSessions1795272000000 } from './1795272000000-browser-sessions.js';
import { Desk1795275600000 } from './1795275600000-desk.js';

/** In order. A released migration is never edited: changes come as a new one. */
export const MIGRATIONS = [
  Initial1764000000000,
  Channels1795219200000,
  Tools1795222800000,
  Deliveries1795226400000,
  SimpleChat1795226410000,
  DeletedSubjects1795230000000,
  ServiceChoices1795233600000,
  ToolAddresses1795237200000,
  Attempts1795240800000,
  PriceBook1795241400000,
  Budgets1795242000000,
  UsageByModel1795244400000,
  ServiceLimits1795248000000,
  ServiceConnections1795251600000,
  TurnMemory1795255200000,
  ServiceProbes1795258800000,
  LedgerModels1795269000000,
  BrowserSessions1795272000000,
  Desk1795275600000,
];
