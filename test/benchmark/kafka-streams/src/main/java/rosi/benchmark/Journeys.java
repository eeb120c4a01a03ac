package rosi.benchmark;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** A person's touchpoints and the places of orders: tells an order which touchpoints count. */
final class Journeys implements Processor<byte[], byte[], byte[], byte[]> {
  static final String TOUCHES = "touches";
  static final String PLACES = "places";
  static final byte ADD_TOUCH = 0;
  static final byte REMOVE_TOUCH = 1;
  static final byte ADD_ORDER = 2;
  static final byte REMOVE_ORDER = 3;
  private static final int TOUCHES_MAX = 1000;
  private ProcessorContext<byte[], byte[]> context;
  private KeyValueStore<Bytes, byte[]> touches;
  private KeyValueStore<Bytes, byte[]> places;

  /** An order as a journey knows it. */
  record Place(String orderId, long orderedAt) {}

  static byte[] touchMessage(byte kind, Touch touch) {
    return Wire.write(out -> {
      out.writeByte(kind);
      touch.write(out);
    });
  }

  static byte[] orderMessage(byte kind, String orderId, long orderedAt) {
    return Wire.write(out -> {
      out.writeByte(kind);
      out.writeUTF(orderId);
      out.writeLong(orderedAt);
    });
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    touches = Keys.store(context, TOUCHES);
    places = Keys.store(context, PLACES);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    Activity.all.incrementAndGet();
    String person = Wire.text(record.key());
    Wire.read(record.value(), in -> {
      byte kind = in.readByte();
      if (kind == ADD_TOUCH || kind == REMOVE_TOUCH) {
        Touch touch = Touch.read(in);
        Bytes key = Keys.timed(person, touch.occurredAt(), touch.id());
        touches.put(key, kind == ADD_TOUCH ? Wire.write(touch::write) : null);
        for (Place order : ordersOf(person, touch)) tell(person, order, record.timestamp());
      } else {
        Place order = new Place(in.readUTF(), in.readLong());
        Bytes key = Keys.timed(person, order.orderedAt(), order.orderId());
        places.put(key, kind == ADD_ORDER ? Wire.text(order.orderId()) : null);
        if (kind == ADD_ORDER) tell(person, order, record.timestamp());
      }
      return null;
    });
  }

  /** The orders for which the touchpoint counts. */
  private List<Place> ordersOf(String person, Touch touch) {
    List<Place> found = new ArrayList<>();
    Bytes from = Keys.timed(person, touch.occurredAt(), "");
    Bytes to = Keys.timed(person, touch.occurredAt() + touch.windowMs(), "");
    try (KeyValueIterator<Bytes, byte[]> all = places.range(from, to)) {
      while (all.hasNext()) {
        KeyValue<Bytes, byte[]> one = all.next();
        found.add(new Place(Wire.text(one.value), timeOf(one.key, person)));
      }
    }
    return found;
  }

  private static long timeOf(Bytes key, String person) {
    int at = Wire.text(person).length + 1;
    return java.nio.ByteBuffer.wrap(key.get(), at, Long.BYTES).getLong();
  }

  private void tell(String person, Place order, long time) {
    Deque<Touch> eligible = new ArrayDeque<>();
    long orderedAt = order.orderedAt();
    Bytes from = Keys.timed(person, orderedAt - Touch.LONGEST_WINDOW_MS + 1, "");
    Bytes to = Keys.timed(person, orderedAt + 1, "");
    try (KeyValueIterator<Bytes, byte[]> all = touches.range(from, to)) {
      while (all.hasNext()) {
        Touch touch = Wire.read(all.next().value, Touch::read);
        if (!touch.isEligible(orderedAt)) continue;
        eligible.addLast(touch);
        if (eligible.size() > TOUCHES_MAX) eligible.removeFirst();
      }
    }
    byte[] told = Wire.write(out -> {
      out.writeUTF(person);
      out.writeInt(eligible.size());
      for (Touch touch : eligible) touch.write(out);
    });
    context.forward(new Record<>(Wire.text("order_id:" + order.orderId()), told, time));
  }
}
