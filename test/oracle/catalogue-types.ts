/** The catalogue's event types and the field that is each one's id. */
export const catalogueIdFields = {
  post: 'post_id',
  influencer: 'influencer_id',
  campaign: 'campaign_id',
  link: 'link_id',
  coupon: 'code',
  spend: 'spend_id',
} as const;
export type CatalogueType = keyof typeof catalogueIdFields;

export function isCatalogueType(type: string): type is CatalogueType {
  return Object.hasOwn(catalogueIdFields, type);
}
