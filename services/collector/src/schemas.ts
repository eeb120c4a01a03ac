/** Shapes of the answers, for the documentation. */
import { identifierTypes } from '@rosi/events';
import * as z from 'zod';

export const rejectedSchema = z.object({
  accepted: z.int().describe('Events accepted, repeats included.'),
  rejected: z
    .array(
      z.object({
        index: z.int().describe('Place in the request, from 0; blank lines do not count.'),
        event_id: z.string().nullable().describe('As stated; null when absent or unusable.'),
        code: z.string().describe('Why, for programs.'),
        message: z.string().describe('Why, for people.'),
      }),
    )
    .describe('Events that were not accepted; all others were.'),
});

export const statusSchema = z.object({
  settled: z
    .boolean()
    .describe('Everything accepted so far is stitched, attributed and queryable in ClickHouse.'),
  fresh_through: z.iso
    .datetime()
    .nullable()
    .describe('Smallest received_at with work pending in any stage; null: nothing is pending.'),
  stages: z.array(
    z.object({
      name: z.string(),
      last_offset: z.int().nullable().describe('Last finished record; null before the first.'),
      lag: z.int().describe('Records that wait.'),
      outcomes: z.record(z.string(), z.int()).describe('Records by outcome.'),
    }),
  ),
});

export const receiptSchema = z
  .record(z.string(), z.unknown())
  .describe('The order, its touchpoints in order, and their credit by model.');

const days = z.number().positive().max(3_653);
const percent = z.int().min(0).max(100);

export const settingsSchema = z.object({
  windows_days: z
    .object({ click: days, page: days, interaction: days, view: days })
    .partial()
    .optional()
    .describe('How long before an order a touchpoint may be.'),
  touchpoints_max: z.int().min(1).max(10_000).optional().describe('The newest so many count.'),
  half_life_days: days.optional().describe('time_decay.'),
  position_based: z.object({ first: percent, last: percent }).partial().optional(),
});

export const personsSchema = z.object({
  identifiers: z
    .partialRecord(z.enum(identifierTypes), z.string())
    .describe('As in events; each person that one of them belongs to is meant.'),
});
