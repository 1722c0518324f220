/** Every step of the lifecycle table and its handler; the compiler refuses a step without one. */
import type { StepName } from '../../shared/lifecycle/table.ts';
import { admit } from './admit.ts';
import { deprovision } from './deprovision.ts';
import { drain } from './drain.ts';
import { expose } from './expose.ts';
import { install } from './install.ts';
import { personalize } from './personalize.ts';
import { prove } from './prove.ts';
import { provision } from './provision.ts';
import { repair } from './repair.ts';
import { secure } from './secure.ts';
import { share } from './share.ts';
import type { Step } from './step.ts';
import { undo } from './undo.ts';

export const STEPS = {
  admit,
  provision,
  install,
  secure,
  expose,
  personalize,
  share,
  repair,
  undo,
  drain,
  deprovision,
  prove,
} satisfies Record<StepName, Step>;
