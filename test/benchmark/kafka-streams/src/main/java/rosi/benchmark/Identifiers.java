package rosi.benchmark;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * One node per identifier: what was seen under it, and whose it is. An order's node merges what was
 * said of the order, runs the models, and writes the ledger's record with signed differences.
 */
final class Identifiers implements Processor<byte[], byte[], byte[], byte[]> {
  static final String OWNERS = "owners";
  static final String ITEMS = "items";
  static final String LINKS = "known-links";
  static final String ORDERS = "orders";
  private static final byte[] WORKSPACE = Wire.text("default");
  private static final byte TOUCH = 0;
  private static final byte PURCHASE = 1;
  private static final byte REFUND = 2;
  private final Topics topics;
  private final Event.Reader reader;
  private ProcessorContext<byte[], byte[]> context;
  private KeyValueStore<Bytes, byte[]> owners;
  private KeyValueStore<Bytes, byte[]> items;
  private KeyValueStore<Bytes, byte[]> links;
  private KeyValueStore<Bytes, byte[]> orders;

  /** What the node's events say together; `total` is null while none has stated it. */
  private record Merged(long orderedAt, Long total, String currency, long refunded) {
    long net() { return Math.max(0, total - refunded); }
  }

  Identifiers(Topics topics, Supplier<Event.Reader> reader) {
    this.topics = topics;
    this.reader = reader.get();
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    owners = Keys.store(context, OWNERS);
    items = Keys.store(context, ITEMS);
    links = Keys.store(context, LINKS);
    orders = Keys.store(context, ORDERS);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    Activity.all.incrementAndGet();
    String node = Wire.text(record.key());
    String topic = context.recordMetadata().orElseThrow().topic();
    long time = record.timestamp();
    if (topic.equals(topics.accepted())) onEvent(node, reader.read(record.value()), time);
    else if (topic.equals(topics.assigned())) onPerson(node, Wire.text(record.value()), time);
    else onEligible(node, record.value(), time);
  }

  private void onEvent(String node, Event event, long time) {
    // A bot joins nobody and is no touchpoint.
    if (event.isBot()) return;
    byte[] owner = owners.get(Keys.of(node));
    Merged before = node.startsWith("order_id:") ? merged(node) : null;
    byte[] item = itemOf(event);
    if (item != null) items.put(Keys.of(node, event.id()), item);
    tellLinks(node, event.identifiers(), owner == null, time);
    if (owner == null || item == null) return;
    String person = Wire.text(owner);
    if (item[0] == TOUCH) contribute(person, Journeys.touchMessage(Journeys.ADD_TOUCH, touch(item)), time);
    else placeOrder(node, person, before, time);
    if (item[0] == TOUCH) recordTouch(event.id(), person, item, time);
  }

  private static byte[] itemOf(Event event) {
    if (event.isTouchpoint()) {
      Touch touch = new Touch(event.id(), event.occurredAt(), event.type(), event.medium());
      return Wire.write(out -> {
        out.writeByte(TOUCH);
        touch.write(out);
      });
    }
    if (event.order() != null) {
      return Wire.write(out -> {
        out.writeByte(PURCHASE);
        out.writeBoolean(event.isServer());
        out.writeLong(event.occurredAt());
        out.writeUTF(event.id());
        out.writeBoolean(event.order().total() != null);
        out.writeLong(event.order().total() == null ? 0 : event.order().total());
        out.writeUTF(event.order().currency());
      });
    }
    if (event.refund() == null) return null;
    return Wire.write(out -> {
      out.writeByte(REFUND);
      out.writeUTF(event.refund().id());
      out.writeLong(event.refund().amount());
      out.writeUTF(event.refund().currency());
    });
  }

  private void tellLinks(String node, List<String> identifiers, boolean isNew, long time) {
    List<String> fresh = new ArrayList<>();
    for (int i = 0; i < identifiers.size(); i += 1) {
      for (int j = i + 1; j < identifiers.size(); j += 1) {
        Bytes key = Keys.of(node, identifiers.get(i), identifiers.get(j));
        if (links.putIfAbsent(key, new byte[] {1}) != null) continue;
        fresh.add(identifiers.get(i));
        fresh.add(identifiers.get(j));
      }
    }
    if (fresh.isEmpty() && isNew && links.putIfAbsent(Keys.of(node), new byte[] {1}) == null) {
      fresh.add(node);
      fresh.add(node);
    }
    if (fresh.isEmpty()) return;
    byte[] message = Wire.write(out -> {
      out.writeInt(fresh.size() / 2);
      for (String identifier : fresh) out.writeUTF(identifier);
    });
    context.forward(new Record<>(WORKSPACE, message, time), Main.TO_LINKS);
  }

  /** The node's person has changed: what is there moves from the old one to the new one. */
  private void onPerson(String node, String person, long time) {
    byte[] before = owners.get(Keys.of(node));
    if (before != null && Wire.text(before).equals(person)) return;
    owners.put(Keys.of(node), Wire.text(person));
    for (byte[] item : itemsOf(node)) {
      if (item[0] != TOUCH) continue;
      Touch touch = touch(item);
      if (before != null) {
        contribute(Wire.text(before), Journeys.touchMessage(Journeys.REMOVE_TOUCH, touch), time);
      }
      contribute(person, Journeys.touchMessage(Journeys.ADD_TOUCH, touch), time);
      recordTouch(touch.id(), person, item, time);
    }
    if (!node.startsWith("order_id:")) return;
    Merged order = merged(node);
    if (order.total() == null) return;
    if (before != null) placeAt(Wire.text(before), Journeys.REMOVE_ORDER, node, order, time);
    placeAt(person, Journeys.ADD_ORDER, node, order, time);
  }

  private List<byte[]> itemsOf(String node) {
    List<byte[]> found = new ArrayList<>();
    try (KeyValueIterator<Bytes, byte[]> all = Keys.under(items, node)) {
      while (all.hasNext()) found.add(all.next().value);
    }
    return found;
  }

  /** Server before pixel, then the later, then the larger id states total and currency. */
  private Merged merged(String node) {
    String best = "";
    Long total = null;
    String currency = "";
    long ofServers = Long.MAX_VALUE;
    long ofAll = Long.MAX_VALUE;
    Map<String, Long> refunds = new HashMap<>();
    for (byte[] item : itemsOf(node)) {
      if (item[0] == REFUND) {
        Wire.read(item, in -> {
          in.readByte();
          return refunds.put(in.readUTF(), in.readLong());
        });
      }
      if (item[0] != PURCHASE) continue;
      Object[] said = Wire.read(item, in -> {
        in.readByte();
        return new Object[] {in.readBoolean(), in.readLong(), in.readUTF(), in.readBoolean(),
            in.readLong(), in.readUTF()};
      });
      long occurredAt = (Long) said[1];
      ofAll = Math.min(ofAll, occurredAt);
      if ((Boolean) said[0]) ofServers = Math.min(ofServers, occurredAt);
      String rank = ((Boolean) said[0] ? "1" : "0") + String.format("%016x", occurredAt) + said[2];
      if (!(Boolean) said[3] || rank.compareTo(best) < 0) continue;
      best = rank;
      total = (Long) said[4];
      currency = (String) said[5];
    }
    long refunded = refunds.values().stream().mapToLong(Long::longValue).sum();
    return new Merged(ofServers == Long.MAX_VALUE ? ofAll : ofServers, total, currency, refunded);
  }

  private void placeOrder(String node, String person, Merged before, long time) {
    Merged after = merged(node);
    if (after.total() == null) return;
    boolean hasMoved = before.total() != null && before.orderedAt() != after.orderedAt();
    if (hasMoved) placeAt(person, Journeys.REMOVE_ORDER, node, before, time);
    // Also when only the amount is new: the journey answers with the touchpoints to split it over.
    placeAt(person, Journeys.ADD_ORDER, node, after, time);
  }

  private void placeAt(String person, byte kind, String node, Merged order, long time) {
    String orderId = node.substring("order_id:".length());
    contribute(person, Journeys.orderMessage(kind, orderId, order.orderedAt()), time);
  }

  private void onEligible(String node, byte[] told, long time) {
    Wire.read(told, in -> {
      String person = in.readUTF();
      byte[] owner = owners.get(Keys.of(node));
      // Of a person that the order has left.
      if (owner == null || !Wire.text(owner).equals(person)) return null;
      List<Touch> eligible = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left -= 1) eligible.add(Touch.read(in));
      Merged order = merged(node);
      if (order.total() != null) record(node, person, order, eligible, time);
      return null;
    });
  }

  private void record(String node, String person, Merged order, List<Touch> eligible, long time) {
    List<Credits.Credit> credits = Credits.of(order.net(), order.orderedAt(), eligible);
    byte[] current = Wire.write(out -> {
      out.writeUTF(person);
      out.writeUTF(order.currency());
      out.writeLong(order.total());
      out.writeLong(order.net());
      writeCredits(out, credits);
    });
    byte[] last = orders.get(Keys.of(node));
    if (java.util.Arrays.equals(current, last)) return;
    orders.put(Keys.of(node), current);
    List<Credits.Credit> differences = differences(last, credits);
    byte[] ledger = Wire.write(out -> {
      out.write(current);
      writeCredits(out, differences);
    });
    context.forward(new Record<>(Wire.text(node), ledger, time), Main.TO_ORDERS);
  }

  private static List<Credits.Credit> differences(byte[] last, List<Credits.Credit> credits) {
    Map<String, Credits.Credit> by = new HashMap<>();
    for (Credits.Credit one : credits) by.put(one.model() + "\0" + one.touchId(), one);
    List<Credits.Credit> before = last == null ? List.of() : Wire.read(last, in -> {
      in.readUTF();
      in.readUTF();
      in.skipBytes(2 * Long.BYTES);
      return readCredits(in);
    });
    for (Credits.Credit one : before) {
      Credits.Credit minus =
          new Credits.Credit(one.model(), one.touchId(), -one.credit(), -one.share());
      by.merge(one.model() + "\0" + one.touchId(), minus, (a, b) -> new Credits.Credit(
          a.model(), a.touchId(), a.credit() + b.credit(), a.share() + b.share()));
    }
    return by.values().stream().filter(one -> one.credit() != 0 || one.share() != 0).toList();
  }

  private static void writeCredits(java.io.DataOutputStream out, List<Credits.Credit> credits)
      throws java.io.IOException {
    out.writeInt(credits.size());
    for (Credits.Credit one : credits) {
      out.writeUTF(one.model());
      out.writeUTF(one.touchId());
      out.writeLong(one.credit());
      out.writeLong(one.share());
    }
  }

  private static List<Credits.Credit> readCredits(java.io.DataInputStream in)
      throws java.io.IOException {
    List<Credits.Credit> credits = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left -= 1) {
      credits.add(new Credits.Credit(in.readUTF(), in.readUTF(), in.readLong(), in.readLong()));
    }
    return credits;
  }

  private void recordTouch(String id, String person, byte[] item, long time) {
    byte[] row = Wire.write(out -> {
      out.writeUTF(person);
      out.write(item);
    });
    context.forward(new Record<>(Wire.text(id), row, time), Main.TO_TOUCHPOINTS);
  }

  private void contribute(String person, byte[] message, long time) {
    context.forward(new Record<>(Wire.text(person), message, time), Main.TO_CONTRIBUTIONS);
  }

  private static Touch touch(byte[] item) {
    return Wire.read(item, in -> {
      in.readByte();
      return Touch.read(in);
    });
  }
}
