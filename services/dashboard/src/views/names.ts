/** Names of the catalogue where it knows them, ids where it doesn't. */
import type { CatalogueNames } from '@rosi/warehouse';

export interface Name {
  readonly main: string;
  /** May be empty. */
  readonly note: string;
}

const joined = (parts: readonly string[]) => parts.filter((part) => part !== '').join(' · ');

export function influencerName(id: string, { influencers }: CatalogueNames): Name {
  const name = influencers.get(id);
  return name === undefined ? { main: id, note: '' } : { main: name, note: id };
}

export function postName(id: string, names: CatalogueNames): Name {
  const post = names.posts.get(id);
  if (post === undefined) return { main: id, note: '' };
  const by = post.influencerId === '' ? post.author : influencerName(post.influencerId, names).main;
  return { main: id, note: joined([post.platform, post.format, post.topic, by && `by ${by}`]) };
}
