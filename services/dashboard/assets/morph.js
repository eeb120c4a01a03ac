/**
 * Makes one element like another in place: what stays the same is not touched, so focus, selection
 * and scrolling stay, and nothing flickers. Children are matched by id, the others by their order.
 */

/**
 * @param {Element} from Stands in the page, and stays there.
 * @param {Element} to How it should be; not to be used afterwards.
 */
export function morph(from, to) {
  morphAttributes(from, to);
  morphChildren(from, to);
  morphChoice(from, to);
}

/**
 * @param {Element} from
 * @param {Element} to
 */
function morphAttributes(from, to) {
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !isReaders(from, name)) from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
}

/**
 * Details that a reader has opened stay open.
 * @param {Element} element
 * @param {string} name
 */
const isReaders = (element, name) => name === 'open' && element instanceof HTMLDetailsElement;

/**
 * What a reader has ticked or picked is a property, which attributes do not change any more.
 * @param {Element} from
 * @param {Element} to
 */
function morphChoice(from, to) {
  if (from instanceof HTMLInputElement && to instanceof HTMLInputElement) {
    if (from.checked !== to.checked) from.checked = to.checked;
    if (from.value !== to.value) from.value = to.value;
  }
  if (from instanceof HTMLSelectElement && to instanceof HTMLSelectElement) {
    if (from.value !== to.value) from.value = to.value;
  }
}

/**
 * @param {Element} from
 * @param {Element} to
 */
function morphChildren(from, to) {
  const byId = new Map(
    [...from.children].flatMap((child) => (child.id ? [[child.id, child]] : [])),
  );
  let at = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const kept = matching(wanted, at, byId);
    if (kept === null) {
      from.insertBefore(wanted, at);
    } else {
      if (kept === at) at = at.nextSibling;
      else from.insertBefore(kept, at);
      morphNode(kept, wanted);
    }
  }
  while (at !== null) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

/**
 * @param {Node} wanted
 * @param {ChildNode | null} at
 * @param {Map<string, Element>} byId
 * @returns {ChildNode | null}
 */
function matching(wanted, at, byId) {
  if (wanted instanceof Element && wanted.id) {
    const same = byId.get(wanted.id);
    return same !== undefined && same.nodeName === wanted.nodeName ? same : null;
  }
  if (at === null || at.nodeName !== wanted.nodeName) return null;
  return at instanceof Element && at.id ? null : at;
}

/**
 * @param {Node} kept
 * @param {Node} wanted
 */
function morphNode(kept, wanted) {
  if (kept instanceof Element && wanted instanceof Element) morph(kept, wanted);
  else if (kept.nodeValue !== wanted.nodeValue) kept.nodeValue = wanted.nodeValue;
}
