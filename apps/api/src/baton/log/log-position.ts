/** How far a reader has read: up to event `seq`, and `offset` characters of the message that is running there. */
export interface LogPosition {
  seq: number;
  offset: number;
}
