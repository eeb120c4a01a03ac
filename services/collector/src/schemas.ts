/** Shapes of the answers, for the documentation. */
import { z } from 'zod';

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
