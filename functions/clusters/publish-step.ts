/** The message that a cluster is to be looked at. */
import { MESSAGE_SCHEMA, type StepMessage, stepTopic } from '../../shared/messages.ts';
import type { Ports } from '../ports.ts';

export function publishStep(ports: Ports, step: string, id: string, epoch: number): Promise<void> {
  const message: StepMessage = { schema: MESSAGE_SCHEMA, id, epoch };
  return ports.messages.publish(stepTopic(step), message);
}
