/** A part of a page that shows documents to an operator, who can do something about it where it does not. */
import type { ComponentProps } from 'react';
import { LivePart as Part } from '../parts/live-part.tsx';

export const LivePart = <T,>(props: Omit<ComponentProps<typeof Part<T>>, 'denied' | 'failed'>) => (
  <Part
    {...props}
    denied="Hub does not recognise you as an operator. If you have just become one, sign out and sign in again."
    failed="Reload the page. If that does not help, look in the browser’s log for what is missing."
  />
);
