export {
  type OutboundAnswer,
  type OutboundCall,
  type OutboundFile,
  OutboundClient,
  type OutboundRequest,
} from './outbound-client.js';
export { OutboundError } from './outbound-error.js';
export { OutboundModule } from './outbound.module.js';
