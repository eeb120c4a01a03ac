/** Sentences of the contract that no example can show from outside, and where they are shown. */
export const notShown: readonly { readonly sentence: string; readonly because: string }[] = [
  {
    sentence: 'The table of sources stands in docs/classification.md.',
    because: 'a page, generated from the table in packages/events and checked there',
  },
  {
    sentence: 'Attribution rules (the defaults; each is configurable per workspace',
    because:
      'settings are changed by a command, not by an event: test/journey/settings-replay.test.ts',
  },
];
