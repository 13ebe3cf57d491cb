/** The answer of operations that have nothing to say. */
export class EmptyDto {}
