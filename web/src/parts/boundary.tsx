/** Around the pages: one that breaks is told as broken, and the others can still be gone to. */
import { Component, type ReactNode } from 'react';
import { LoadAnew } from './load-anew.tsx';

interface Props {
  /** Where one is: whoever goes elsewhere leaves what is broken behind. */
  at: string;
  children: ReactNode;
}

export class Boundary extends Component<Props, { brokenAt?: string | undefined }> {
  override state: { brokenAt?: string | undefined } = {};

  override componentDidCatch(error: unknown): void {
    // As if nobody had caught it: for the log of the browser.
    reportError(error);
    this.setState({ brokenAt: this.props.at });
  }

  override render(): ReactNode {
    if (this.state.brokenAt !== this.props.at) return this.props.children;
    return (
      <LoadAnew
        message="This page cannot be shown."
        remedy="Reload it. If that does not help, tell your operator what you did."
      />
    );
  }
}
