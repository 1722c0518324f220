/** A part of a page that shows documents to an operator, who can do something about it where it does not. */
import type { ComponentProps } from 'react';
import { LivePart as Part } from '../parts/live-part.tsx';

export const LivePart = <T,>(props: Omit<ComponentProps<typeof Part<T>>, 'denied' | 'failed'>) => (
  <Part
    {...props}
    denied="Hub does not take you for an operator any more. If you have just become one, sign out and in again."
    failed="Load the page anew; if that does not help, look into the log of the browser for what is missing."
  />
);
