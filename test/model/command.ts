import { boolean, constant, constantFrom, integer, nat, oneof, type AsyncCommand } from 'fast-check';
import type { Instance } from './instance.js';
import { expectPromisesKept } from './promises.js';
import { AGENTS, type World } from './world.js';

/** What a run must remember to know which commands make sense. */
export interface Model {
  dead: Set<number>;
  frozen: Set<number>;
}

/** One action, and how much of the pending work may happen before the next one. */
export class WorldCommand implements AsyncCommand<Model, World> {
  constructor(
    private readonly label: string,
    private readonly steps: number,
    private readonly act: (world: World) => void | Promise<void>,
    private readonly isPossible: (model: Model) => boolean = () => true,
    private readonly remember: (model: Model) => void = () => undefined,
  ) {}

  check(model: Model): boolean {
    return this.isPossible(model);
  }

  async run(model: Model, world: World): Promise<void> {
    this.remember(model);
    await this.act(world);
    await world.step(this.steps);
    await expectPromisesKept(world);
  }

  toString(): string {
    return `${this.label}; ${this.steps} steps`;
  }
}

/** Sometimes much is left hanging when the next thing happens, sometimes nothing. */
export const steps = oneof(
  { weight: 4, arbitrary: nat({ max: 6 }) },
  { weight: 3, arbitrary: integer({ min: 8, max: 20 }) },
  { weight: 1, arbitrary: constant(60) },
);
export const place = nat({ max: 1 });
export const agent = constantFrom(...AGENTS);
export const flag = boolean();

/** Runs the action on an instance that answers, if there is one. */
export const at = (first: number, act: (instance: Instance) => void) => (world: World) => {
  const [instance] = world.alive(first);
  if (instance) act(instance);
};
