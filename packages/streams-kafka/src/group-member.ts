/**
 * This instance's membership of the group that shares out the work. The group decides who works on
 * what and nothing else: exactness rests on fencing, so work goes on while the group regroups, and
 * what another instance gets is stopped here once the new shares are known.
 */
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { assignUnits, type MemberWishes } from './assign-units.js';
import { connectKafka, type KafkaConnection, type KafkaOptions } from './connection.js';
import { protocolType, remedyOf } from './errors.js';
import type { Broker, GroupMemberMetadata, TopicPartitions } from './kafkajs-internals.js';
import { Signal } from './signal.js';

const { AssignerProtocol } = kafkajs;

const PROTOCOL = 'rosi-units';
const REJOIN_MS = 100;
/** Beats that may be missed before the group takes us for dead. */
const BEATS_PER_SESSION = 4;
/** The group must be joined under a new name. */
const FORGOTTEN = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'FENCED_INSTANCE_ID']);

export interface UnitPlaces {
  readonly kind: string;
  /** Its topics and partition. */
  readonly topics: readonly TopicPartitions<number>[];
}

export interface GroupOptions {
  readonly kafka: KafkaOptions;
  readonly groupId: string;
  readonly sessionMs: number;
  readonly rebalanceMs: number;
  /** By the unit's name. */
  readonly units: ReadonlyMap<string, UnitPlaces>;
  /** What this instance works on, and has state of. */
  wishes(): Omit<MemberWishes, 'memberId'>;
  /** The instance's whole share from now on. */
  onShare(units: readonly string[]): void;
  onTrouble(error: unknown): void;
  /** Membership can't be had; the instance has to stop. */
  onFault(error: Error): void;
}

/** Where the group stands, when this instance is one of its settled members. */
interface Membership {
  readonly coordinator: Broker;
  readonly generationId: number;
  readonly memberId: string;
}

export class GroupMember {
  private membership: Membership | undefined;
  private memberId = '';
  private stopping = false;
  private readonly changed = new Signal();
  private readonly ended: Promise<void>;

  private constructor(
    private readonly options: GroupOptions,
    private readonly connection: KafkaConnection,
  ) {
    this.ended = this.run().catch((error: unknown) => {
      options.onFault(error instanceof Error ? error : new Error(String(error)));
    });
  }

  static async join(options: GroupOptions): Promise<GroupMember> {
    return new GroupMember(options, await connectKafka(options.kafka));
  }

  /** Resolves true when the group confirms the present shares, false when they are in question. */
  async confirm(): Promise<boolean> {
    const { membership } = this;
    if (membership === undefined) return false;
    try {
      await this.beat(membership);
      return this.membership === membership;
    } catch {
      this.changed.notify();
      return false;
    }
  }

  /** Tells tools and `settled` how far we are; false: not now. */
  async report(topics: readonly TopicPartitions<ReportedPosition>[]): Promise<boolean> {
    const { membership } = this;
    if (membership === undefined) return false;
    const { coordinator, generationId, memberId } = membership;
    const { groupId } = this.options;
    try {
      await coordinator.offsetCommit({
        groupId,
        groupGenerationId: generationId,
        memberId,
        topics,
      });
      return true;
    } catch (error) {
      this.options.onTrouble(error);
      return false;
    }
  }

  /** Leaves at once, so that others need not wait for the session's end. */
  async leave(): Promise<void> {
    this.stopping = true;
    this.changed.notify();
    const { memberId, membership, options } = this;
    try {
      // While a join is under way its connection is held; the session then ends by itself.
      if (membership !== undefined) {
        await membership.coordinator.leaveGroup({ groupId: options.groupId, memberId });
      }
    } catch (error) {
      options.onTrouble(error);
    }
    await this.connection.close();
    await this.ended;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      try {
        const membership = await this.joinOnce();
        if (this.stopping) return;
        this.membership = membership;
        await this.beatUntilRegrouped(membership);
      } catch (error) {
        this.membership = undefined;
        if (this.stopping) return;
        if (FORGOTTEN.has(protocolType(error) ?? '')) this.memberId = '';
        if (protocolType(error) === 'REBALANCE_IN_PROGRESS') continue;
        if (remedyOf(error) === 'stop') throw error;
        this.options.onTrouble(error);
        await delay(REJOIN_MS);
      }
    }
  }

  private async joinOnce(): Promise<Membership> {
    const { groupId, sessionMs, rebalanceMs, units } = this.options;
    const coordinator = await this.connection.groupCoordinator(groupId);
    const places = [...units.values()].flatMap(({ topics: own }) => own);
    const topics = [...new Set(places.map(({ topic }) => topic))];
    const userData = Buffer.from(JSON.stringify(this.options.wishes()));
    const joined = await coordinator.joinGroup({
      groupId,
      sessionTimeout: sessionMs,
      rebalanceTimeout: rebalanceMs,
      memberId: this.memberId,
      groupProtocols: [
        {
          name: PROTOCOL,
          metadata: AssignerProtocol.MemberMetadata.encode({ version: 1, topics, userData }),
        },
      ],
    });
    const { generationId, memberId } = joined;
    this.memberId = memberId;
    const groupAssignment = joined.leaderId === memberId ? this.shareOut(joined.members) : [];
    const { memberAssignment } = await coordinator.syncGroup({
      ...{ groupId, generationId, memberId, groupAssignment },
    });
    if (!this.stopping) this.options.onShare(this.unitsIn(memberAssignment));
    return { coordinator, generationId, memberId };
  }

  /** The leader's part. The shares are written as topics and partitions, so that tools read them. */
  private shareOut(members: readonly GroupMemberMetadata[]) {
    const { units } = this.options;
    const all = [...units].map(([name, { kind }]) => ({ name, kind }));
    const shares = assignUnits(all, members.map(wishesOf));
    return [...shares].map(([memberId, names]) => {
      const assignment: Record<string, number[]> = {};
      for (const { topic, partitions } of names.flatMap((name) => units.get(name)?.topics ?? [])) {
        assignment[topic] = [...(assignment[topic] ?? []), ...partitions];
      }
      const userData = Buffer.alloc(0);
      const share = AssignerProtocol.MemberAssignment.encode({ version: 1, assignment, userData });
      return { memberId, memberAssignment: share };
    });
  }

  private unitsIn(memberAssignment: Buffer): string[] {
    const assignment = AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment ?? {};
    const isOurs = ({ topic, partitions }: TopicPartitions<number>) =>
      partitions.every((partition) => assignment[topic]?.includes(partition));
    const own = [...this.options.units].filter(([, { topics }]) => topics.every(isOurs));
    return own.map(([name]) => name);
  }

  private async beatUntilRegrouped(membership: Membership): Promise<void> {
    while (!this.stopping) {
      await this.changed.wait(this.options.sessionMs / BEATS_PER_SESSION);
      if (!this.stopping) await this.beat(membership);
    }
  }

  private async beat({ coordinator, generationId, memberId }: Membership): Promise<void> {
    const { groupId } = this.options;
    await coordinator.heartbeat({ groupId, groupGenerationId: generationId, memberId });
  }
}

export interface ReportedPosition {
  readonly partition: number;
  readonly offset: string;
}

function wishesOf({ memberId, memberMetadata }: GroupMemberMetadata): MemberWishes {
  const userData = AssignerProtocol.MemberMetadata.decode(memberMetadata)?.userData;
  // Every member of the group is one of ours and has written it as `joinOnce` does.
  const wishes = JSON.parse(String(userData ?? '{}')) as Partial<MemberWishes>;
  return { memberId, owned: wishes.owned ?? [], stored: wishes.stored ?? [] };
}
