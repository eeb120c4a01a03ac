import { expect, it } from 'vitest';
import { isBotAgent } from './bots.js';

it.each([
  ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'],
  ['facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)'],
  ['Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)'],
  ['Mastodon/4.3.0 (http.rb/5.2.0; +https://social.example/)'],
  ['WhatsApp/2.23.20.0'],
  ['TelegramBot (like TwitterBot)'],
  ['Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)'],
  ['Discordbot/2.0'],
  ['LinkedInBot/1.0'],
  ['Signal/6.0'],
  ['GPTBot/1.0'],
  ['curl/8.0.1'],
])('%s is a bot', (agent) => {
  expect(isBotAgent(agent)).toBe(true);
});

it.each([
  [''],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36'],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Instagram 300.0'],
])('%j is none', (agent) => {
  expect(isBotAgent(agent)).toBe(false);
});
