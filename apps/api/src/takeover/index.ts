export { TakeoverService } from './commands/takeover.service.js';
export { COMMAND, type CommandDescription } from './socket/command.decorator.js';
export { HandshakeDto, TransientEventDto } from './socket/takeover-events.dto.js';
export { TakeoverGateway } from './socket/takeover.gateway.js';
export { TakeoverModule } from './takeover.module.js';
