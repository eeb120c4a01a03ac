/** What an import did, as counts and the first lines of each trouble. */

export interface RejectedLine {
  readonly line: number;
  readonly code: string;
  readonly message: string;
}

export interface ImportCounts {
  /** Answered by the collector; of a dry run: would be sent. */
  readonly sent: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly rejectedByCode: Readonly<Record<string, number>>;
  /** The first ones of each code. */
  readonly firstRejected: readonly RejectedLine[];
}

const firstOfCodeMax = 5;
const codesMax = 50;

export interface Tally {
  sent: number;
  accepted: number;
  rejected: number;
  rejectedByCode: Record<string, number>;
  firstRejected: RejectedLine[];
}

export function emptyTally(): Tally {
  return { sent: 0, accepted: 0, rejected: 0, rejectedByCode: {}, firstRejected: [] };
}

export function countRejected(tally: Tally, rejected: RejectedLine): void {
  tally.rejected += 1;
  const count = (tally.rejectedByCode[rejected.code] ?? 0) + 1;
  tally.rejectedByCode[rejected.code] = count;
  const shown = count <= firstOfCodeMax && Object.keys(tally.rejectedByCode).length <= codesMax;
  if (shown) tally.firstRejected.push(rejected);
}

export function addTally(total: Tally, part: ImportCounts): void {
  total.sent += part.sent;
  total.accepted += part.accepted;
  total.rejected += part.rejected;
  for (const [code, count] of Object.entries(part.rejectedByCode)) {
    const before = total.rejectedByCode[code] ?? 0;
    total.rejectedByCode[code] = before + count;
    const room = Math.max(0, firstOfCodeMax - before);
    total.firstRejected.push(
      ...part.firstRejected.filter((one) => one.code === code).slice(0, room),
    );
  }
}

export interface ImportReport extends ImportCounts {
  readonly file: string;
  readonly kind: string;
  readonly dryRun: boolean;
  /** Events that an interrupted run before had already sent. */
  readonly resumedAfter: number;
  readonly skipped: Readonly<Record<string, number>>;
  /** Orders that state no identifier; of lines that are sent. */
  readonly ordersOfNobody: number;
  /** How the file was read: encoding, preset, columns. */
  readonly reading: Readonly<Record<string, string>>;
  /** Of a dry run: the first events. */
  readonly preview: readonly unknown[];
  readonly seconds: number;
}

/** The report as people read it. */
export function reportText(report: ImportReport): string {
  const total = (counts: Readonly<Record<string, number>>) =>
    Object.values(counts).reduce((sum, count) => sum + count, 0);
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .sort((a, b) => b[1] - a[1])
      .map(([name, count]) => `    ${name.padEnd(28)} ${count}`);
  const lines = report.firstRejected
    .toSorted((a, b) => a.line - b.line)
    .map(({ line, code, message }) => `    line ${line}: ${code}: ${message}`);
  const reading = Object.entries(report.reading).map(([name, value]) => `  ${name}: ${value}`);
  return [
    `${report.dryRun ? 'Dry run of' : 'Imported'} ${report.kind} from ${report.file}`,
    ...reading,
    ...(report.resumedAfter > 0
      ? [`  continued after ${report.resumedAfter} events sent by the run before`]
      : []),
    ...report.preview.map((event) => `  ${JSON.stringify(event)}`),
    `  ${report.dryRun ? 'would send' : 'sent'}: ${report.sent}`,
    `  ${report.dryRun ? 'would be accepted' : 'accepted'}: ${report.accepted}`,
    `  rejected: ${report.rejected}`,
    ...list(report.rejectedByCode),
    ...lines,
    `  skipped: ${total(report.skipped)}`,
    ...list(report.skipped),
    ...(report.ordersOfNobody > 0 ? [nobodyText(report)] : []),
    ...nextText(report),
    '',
  ].join('\n');
}

const nobodyText = ({ ordersOfNobody, kind }: ImportReport) =>
  `  without any identifier: ${ordersOfNobody} (by itself nothing but a coupon can be credited)` +
  (kind === 'orders' ? '; name a column by --map email=…' : '');

const mappedKinds = ['orders', 'refunds', 'spend', 'touchpoints'];

function nextText({ dryRun, sent, accepted, rejected, kind }: ImportReport): readonly string[] {
  if (dryRun) return [];
  if (sent > 0 && accepted === 0) {
    return ['Nothing was accepted. Mend the rejected lines and run it again.'];
  }
  if (sent > 0) {
    return [
      ...(rejected > 0 ? ['Mend the rejected lines and run it again.'] : []),
      'Events sent before are recognised and change nothing. Next: npx rosi status --wait',
    ];
  }
  if (rejected === 0) return ['Nothing was sent.'];
  const mend = mappedKinds.includes(kind) ? 'the mapping (--map)' : 'the file';
  return [`Nothing was sent. Mend ${mend} and run it again.`];
}
