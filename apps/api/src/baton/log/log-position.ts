/** A reader's place: after event `seq`, and after `offset` characters of the message that is running there. */
export interface LogPosition {
  seq: number;
  offset: number;
}
