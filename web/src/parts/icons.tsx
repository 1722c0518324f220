/** The few pictures of the console. They say nothing that a word beside them does not. */
import type { ReactNode } from 'react';

const icon = (drawing: ReactNode) => () => (
  <svg
    className="icon"
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    strokeWidth="2"
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
    focusable="false"
  >
    {drawing}
  </svg>
);

export const CheckIcon = icon(<path d="m5 13 4 4L19 7" />);
export const CrossIcon = icon(<path d="M6 6l12 12M18 6 6 18" />);
export const WarningIcon = icon(<path d="M12 4 2.8 20h18.4L12 4Zm0 6v4m0 3v.01" />);
export const ClockIcon = icon(
  <>
    <circle cx="12" cy="12" r="8.5" />
    <path d="M12 7.5V12l3 2" />
  </>,
);
export const CopyIcon = icon(
  <>
    <rect x="9" y="9" width="11" height="11" rx="2" />
    <path d="M5 15H4V5a1 1 0 0 1 1-1h10v1" />
  </>,
);
export const OpenIcon = icon(
  <path d="M14 5h5v5M19 5l-8 8M17 14v4a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1h4" />,
);
export const DownloadIcon = icon(<path d="M12 4v11m0 0 4-4m-4 4-4-4M5 19h14" />);
export const PlusIcon = icon(<path d="M12 5v14M5 12h14" />);
export const BackIcon = icon(<path d="m14 6-6 6 6 6" />);
export const BoltIcon = icon(<path d="M13 3 5 14h6l-1 7 8-11h-6l1-7Z" />);
export const DotIcon = icon(<circle cx="12" cy="12" r="4" fill="currentColor" />);
