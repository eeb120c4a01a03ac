/** The event that a click on a tracked link makes, in the form in which producers send events. */
export interface Click {
  readonly linkId: string;
  /** Where it leads, its `rosi_click` included. */
  readonly target: string;
  readonly referrer: string;
  readonly clickId: string;
  readonly anonymousId: string | null;
  /** False: a bot's, a preview's or a prefetch; it names nobody. */
  readonly counted: boolean;
}

/**
 * Platform and medium follow from the parameters of the target and from the referrer, as for any
 * event. The id of the event is that of the click, so that one click is one touchpoint.
 */
export function clickEvent(click: Click): Record<string, unknown> {
  const { linkId, target, referrer, clickId, anonymousId, counted } = click;
  return {
    event_id: `click:${clickId}`,
    type: 'click',
    link_id: linkId,
    identifiers: counted
      ? { click_id: clickId, ...(anonymousId === null ? {} : { anonymous_id: anonymousId }) }
      : {},
    page: { url: target, referrer },
  };
}
