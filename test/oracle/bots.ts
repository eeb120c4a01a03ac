/**
 * Declared crawlers and link previews by user agent. A short list of agents whose nature is beyond
 * doubt; the generator uses these and well-known browsers, nothing in between.
 */
const declared =
  /googlebot|bingbot|yandexbot|baiduspider|duckduckbot|applebot|ahrefsbot|semrushbot|gptbot|facebookexternalhit|twitterbot|linkedinbot|slackbot|discordbot|telegrambot/i;

export function isBot(userAgent: string): boolean {
  return declared.test(userAgent);
}
