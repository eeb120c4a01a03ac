/**
 * The answers to the questions of docs/queries.md, reckoned without SQL from the oracle's tables and
 * the shop's own knowledge.
 */
import { content } from './queries-content.js';
import { customers } from './queries-customers.js';
import type { Answers } from './queries-reckoning.js';
import { returns } from './queries-returns.js';
import { revenue } from './queries-revenue.js';

export const answers: Answers = { ...revenue, ...returns, ...customers, ...content };
