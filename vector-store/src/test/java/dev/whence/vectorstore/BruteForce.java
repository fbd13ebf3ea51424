package dev.whence.vectorstore;

import dev.whence.vectorstore.ReferenceCollection.Neighbour;
import dev.whence.vectorstore.ReferenceCollection.Query;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/** What a search must answer, computed the slow way: every distance, sorted. Shares no code with the engine. */
final class BruteForce {
    private BruteForce() {}

    static List<Neighbour> search(List<ReferenceVector> vectors, Query query, int k) {
        List<Neighbour> all = new ArrayList<>();
        for (ReferenceVector vector : vectors) {
            if (!vector.sha256().equals(query.sha256())) {
                all.add(new Neighbour(vector.id(), distance(query.vector(), vector.vector()), vector.vector()));
            }
        }
        all.sort(Comparator.comparingDouble(Neighbour::distance));
        return all.subList(0, Math.min(k, all.size()));
    }

    static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int i = a.length - 1; i >= 0; i--) {
            double difference = (double) a[i] - b[i];
            sum = Math.fma(difference, difference, sum);
        }
        return Math.sqrt(sum);
    }

    static String sha256(int number) {
        return "%064x".formatted(number + 1);
    }

    static String randomSha256(Random random) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
