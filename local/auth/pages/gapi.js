/**
 * A small stand-in of Google's `gapi.iframes`, so that pop-ups and redirects of the unmodified Firebase SDK work with no internet.
 * The SDK takes a `gapi` that is there already instead of loading the one of apis.google.com; so a page has to load this file first:
 * `<script src="http://127.0.0.1:4004/emulator/auth/gapi.js"></script>`. Both ends, page and iframe, run this file.
 */
(() => {
  if (window.gapi?.iframes?.Iframe) return;

  /** Calls by name in both directions over a port. What nobody has registered for waits until somebody does. */
  class Iframe {
    #handlers = new Map();
    #waiting = [];
    #replies = new Map();
    #unsent = [];
    #port;
    #calls = 0;

    /** @param {MessagePort} port */
    connect(port) {
      this.#port = port;
      port.onmessage = ({ data }) => this.#receive(data);
      for (const message of this.#unsent.splice(0)) port.postMessage(message);
    }

    register(name, handler) {
      this.#handlers.set(name, handler);
      const due = this.#waiting.filter((message) => message.name === name);
      this.#waiting = this.#waiting.filter((message) => message.name !== name);
      for (const message of due) this.#receive(message);
    }

    send(name, data, callback) {
      const call = ++this.#calls;
      this.#replies.set(call, callback);
      this.#post({ call, name, data });
    }

    restyle() {
      return Promise.resolve([{}]);
    }

    ping(callback) {
      callback?.();
      return Promise.resolve([]);
    }

    #post(message) {
      if (this.#port) this.#port.postMessage(message);
      else this.#unsent.push(message);
    }

    async #receive(message) {
      if (message.reply !== undefined) {
        const callback = this.#replies.get(message.reply);
        this.#replies.delete(message.reply);
        callback?.([message.result]);
        return;
      }
      const handler = this.#handlers.get(message.name);
      if (!handler) this.#waiting.push(message);
      else this.#post({ reply: message.call, result: await handler(message.data) });
    }
  }

  /** @returns a promise of what `onOpen` returns, once the frame says that it is there */
  function open({ url, where, attributes }, onOpen) {
    const address = new URL(url);
    address.searchParams.set('gapi', 'local');
    const element = document.createElement('iframe');
    const { style, ...rest } = attributes ?? {};
    Object.assign(element.style, style);
    for (const [name, value] of Object.entries(rest)) element.setAttribute(name, value);
    return new Promise((resolve) => {
      const iframe = new Iframe();
      addEventListener('message', function greet(event) {
        if (event.source !== element.contentWindow || event.origin !== address.origin) return;
        if (event.data !== 'local-gapi') return;
        removeEventListener('message', greet);
        const { port1, port2 } = new MessageChannel();
        iframe.connect(port1);
        event.source.postMessage('local-gapi', address.origin, [port2]);
        resolve(onOpen(iframe));
      });
      element.src = address.href;
      (where ?? document.body).append(element);
    });
  }

  /** The page around this frame. Who that may be is said by the frame's own Content-Security-Policy. */
  function getParentIframe() {
    const iframe = new Iframe();
    addEventListener('message', (event) => {
      if (event.source === parent && event.data === 'local-gapi') iframe.connect(event.ports[0]);
    });
    parent.postMessage('local-gapi', '*');
    return iframe;
  }

  window.gapi = {
    load: (_modules, options) => queueMicrotask(options.callback ?? options),
    iframes: {
      Iframe,
      CROSS_ORIGIN_IFRAMES_FILTER: () => true,
      getContext: () => ({ open, getParentIframe }),
    },
  };
  const onload = new URL(document.currentScript.src).searchParams.get('onload') ?? 'gapi_onload';
  window[onload]?.();
})();
