/**
 * Which user agents declare themselves no person: crawlers, link previews, monitors, libraries. An
 * empty agent declares nothing.
 */
import { isbot } from 'isbot';

const agentLengthMax = 1_024;

/** Previews and scanners that the library does not know as such. */
const previews = /^Signal\b|\bunfurl|\bms-office\b|\bsafelinks\b/i;

/** Agents judged lately: there are few of them, and the patterns are long. */
const judged = new Map<string, boolean>();
const judgedMax = 2_000;

/** Whether the agent declares a crawler, a link preview or another program. */
export function isBotAgent(userAgent: string): boolean {
  if (userAgent === '') return false;
  const agent = userAgent.slice(0, agentLengthMax);
  const known = judged.get(agent);
  if (known !== undefined) return known;
  const isBot = isbot(agent) || previews.test(agent);
  if (judged.size >= judgedMax) judged.clear();
  judged.set(agent, isBot);
  return isBot;
}
