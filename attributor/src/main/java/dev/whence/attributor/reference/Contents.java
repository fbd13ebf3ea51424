package dev.whence.attributor.reference;

import dev.whence.attributor.Hashes;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What a collection holds, as a number: equal for equal ids, hashes, data sets and bits of vectors, in whatever order they
 * come. A sum of the hashes of all vectors.
 */
final class Contents {
    private final long[] sum = new long[4];
    private long vectors;

    static Contents of(Iterable<ReferenceVector> collection) {
        Contents contents = new Contents();
        collection.forEach(contents::add);
        return contents;
    }

    void add(ReferenceVector vector) {
        byte[] names = String.join("\n", vector.id(), vector.sha256(), vector.dataSet(), "")
                .getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(names.length + Float.BYTES * vector.vector().length);
        bytes.put(names);
        for (float component : vector.vector()) {
            bytes.putInt(Float.floatToRawIntBits(component));
        }
        String hash = Hashes.sha256(bytes.array());
        for (int i = 0; i < sum.length; i++) {
            sum[i] += Long.parseUnsignedLong(hash, 16 * i, 16 * i + 16, 16);
        }
        vectors++;
    }

    boolean isSameAs(Contents other) {
        return vectors == other.vectors && Arrays.equals(sum, other.sum);
    }
}
