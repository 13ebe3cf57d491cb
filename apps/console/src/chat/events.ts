import type { Actor } from '@baton/client';

export type {
  ChatEventData,
  ChatEventEnvelope,
  ChatOwner,
  MessageDelta,
  OwnershipReason,
  ToolOutcome,
} from '@baton/client';
export type ActorOf = Actor;
