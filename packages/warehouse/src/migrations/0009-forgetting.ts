/** The list that erasures read; statements in which older builds named erased persons go. */
import { forgettingStatements } from '../schema/forgetting.js';
import type { Migration } from './migration.js';

export const migration0009: Migration = { number: '0009', statements: forgettingStatements };
