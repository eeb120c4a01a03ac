/** Tells of page changes without a page load: single-page applications go by the history's API. */
export function followHistory(changed: () => void): void {
  // Later: by then the application has drawn, and has set the new title.
  const tell = () => setTimeout(changed);
  for (const name of ['pushState', 'replaceState'] as const) {
    const change = history[name];
    history[name] = (...to) => {
      const { pathname } = location;
      change.apply(history, to);
      // Replacing the query alone is a filter or a search as one types; a path is a page.
      if (name === 'pushState' || pathname !== location.pathname) tell();
    };
  }
  addEventListener('popstate', tell);
}
