package rosi.benchmark;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** ROSI's six models (rules 7 and 8 of the contract): an order's net split exactly. */
final class Credits {
  static final List<String> MODELS = List.of(
      "first_touch", "last_touch", "last_non_direct", "linear", "position_based", "time_decay");
  private static final double HALF_LIFE_MS = 7.0 * 24 * 60 * 60 * 1000;
  private static final long WEIGHT_UNIT = 1L << 40;

  /** `share` in 10⁻¹². */
  record Credit(String model, String touchId, long credit, long share) {}

  static List<Credit> of(long net, long orderedAt, List<Touch> eligible) {
    List<Credit> all = new ArrayList<>();
    if (net == 0) return all;
    if (eligible.isEmpty()) {
      for (String model : MODELS) {
        all.add(new Credit(model, "unattributed", net, 1_000_000_000_000L));
      }
      return all;
    }
    List<Touch> others = eligible.stream().filter(t -> !t.medium().equals("direct")).toList();
    for (String model : MODELS) {
      boolean takesAll = model.equals("first_touch") || model.equals("last_touch");
      List<Touch> touches = takesAll || others.isEmpty() ? eligible : others;
      long[] weights = weights(model, touches, orderedAt);
      long[] credits = split(net, weights);
      long[] shares = split(1_000_000_000_000L, weights);
      for (int i = 0; i < weights.length; i += 1) {
        if (weights[i] == 0) continue;
        all.add(new Credit(model, touches.get(i).id(), credits[i], shares[i]));
      }
    }
    return all;
  }

  private static long[] weights(String model, List<Touch> touches, long orderedAt) {
    int n = touches.size();
    return IntStream.range(0, n).mapToLong(i -> switch (model) {
      case "first_touch" -> i == 0 ? 1 : 0;
      case "last_touch", "last_non_direct" -> i == n - 1 ? 1 : 0;
      case "position_based" -> n <= 2 ? 1 : i == 0 || i == n - 1 ? 40L * (n - 2) : 20;
      case "time_decay" -> Math.max(1, (long) (WEIGHT_UNIT
          * Math.pow(2, -(orderedAt - touches.get(i).occurredAt()) / HALF_LIFE_MS)));
      default -> 1;
    }).toArray();
  }

  /** Floors, then one unit each to the largest fractions, ties to the earlier. */
  private static long[] split(long amount, long[] weights) {
    BigInteger sum = BigInteger.valueOf(IntStream.range(0, weights.length)
        .mapToLong(i -> weights[i]).sum());
    long[] parts = new long[weights.length];
    BigInteger[] fractions = new BigInteger[weights.length];
    long left = amount;
    for (int i = 0; i < weights.length; i += 1) {
      BigInteger[] both = BigInteger.valueOf(amount).multiply(BigInteger.valueOf(weights[i]))
          .divideAndRemainder(sum);
      parts[i] = both[0].longValueExact();
      fractions[i] = both[1];
      left -= parts[i];
    }
    IntStream.range(0, weights.length).boxed()
        .sorted(Comparator.comparing((Integer i) -> fractions[i]).reversed())
        .limit(left).forEach(i -> parts[i] += 1);
    return parts;
  }

  private Credits() {}
}
