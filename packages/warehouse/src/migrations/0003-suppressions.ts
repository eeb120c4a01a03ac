/** Erasure: the list that keeps erased persons from coming back when events are loaded again. */
import { createSuppressions } from '../schema/suppressions.js';
import type { Migration } from './migration.js';

export const migration0003: Migration = { number: '0003', statements: [createSuppressions] };
