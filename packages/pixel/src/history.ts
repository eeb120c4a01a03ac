/** Tells of page changes without a page load: single-page applications go by the history's API. */
export function followHistory(changed: (isPage: boolean) => void): void {
  // Later: by then the application has drawn, and has set the new title.
  const tell = (isPage: boolean) => setTimeout(changed, 0, isPage);
  for (const name of ['pushState', 'replaceState'] as const) {
    const change = history[name];
    history[name] = (...to) => {
      const { pathname } = location;
      change.apply(history, to);
      // Replacing the query alone is a filter or a search as one types; a path is a page.
      tell(name === 'pushState' || pathname !== location.pathname);
    };
  }
  addEventListener('popstate', () => tell(true));
}
