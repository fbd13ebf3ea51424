package dev.whence.stream.engine;

import dev.whence.attributor.Attribution;
import dev.whence.attributor.Attributor.ModelIdentity;
import dev.whence.attributor.Attributor.ReferenceIdentity;
import dev.whence.attributor.BatchAttribution;
import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.Verdict;
import dev.whence.attributor.image.ImageRejectedException;
import dev.whence.schemas.ImageId;
import dev.whence.vectorstore.ReferenceStoreException;
import dev.whence.vectorstore.ReferenceStoreException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Takes any bytes for an image; what it does with them is what they say. */
final class PickyAttributor implements ImageAttributor {
    static final byte[] POISON = bytes("poison");
    static final byte[] GENERATED = bytes("generated");
    static final byte[] NO_IMAGE = bytes("no image");
    static final byte[] DECODER_DEFECT = bytes("decoder defect");

    private static final int SIZE = 8;

    final AtomicBoolean broken = new AtomicBoolean();
    final AtomicBoolean decoderBroken = new AtomicBoolean();
    /** How many calls more fail in the store, and why. */
    final AtomicInteger outages = new AtomicInteger();

    volatile Reason outage = Reason.UNAVAILABLE;

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public CanonicalImage canonical(byte[] encoded) throws ImageRejectedException {
        String text = new String(encoded, StandardCharsets.UTF_8);
        if (text.equals("no image")) {
            throw new ImageRejectedException(ImageRejectedException.Reason.CORRUPT_IMAGE, "It is torn.");
        }
        if (text.startsWith("endless")) {
            throw new StackOverflowError();
        }
        if (decoderBroken.get() || text.startsWith("decoder defect")) {
            throw new ArrayIndexOutOfBoundsException("defect");
        }
        byte[] rgb = new byte[SIZE * SIZE * 3];
        System.arraycopy(encoded, 0, rgb, 0, Math.min(encoded.length, rgb.length));
        return new CanonicalImage(ImageId.of(encoded), SIZE, rgb);
    }

    @Override
    public BatchAttribution attribute(List<CanonicalImage> images) {
        if (outages.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new ReferenceStoreException(outage, "The server does not answer: start it.");
        }
        if (broken.get() || images.stream().anyMatch(image -> says(image, POISON))) {
            throw new IllegalStateException("the model failed");
        }
        return new BatchAttribution(
                images.stream().map(PickyAttributor::attribution).toList(), 6_000, 7_000, 8_000, 10_000);
    }

    private static boolean says(CanonicalImage image, byte[] word) {
        return new String(image.rgb(), StandardCharsets.UTF_8).startsWith(new String(word, StandardCharsets.UTF_8));
    }

    private static Attribution attribution(CanonicalImage image) {
        boolean generated = says(image, GENERATED);
        return new Attribution(
                generated ? Verdict.KNOWN_GENERATOR : Verdict.REAL,
                generated ? Optional.of("dcgan") : Optional.empty(),
                0.75,
                new Attribution.Novelty(0.5, Optional.of(0.9), Optional.of(0.05)),
                List.of(
                        new Attribution.Candidate(generated ? "dcgan" : "real", Optional.of("GAN"), 0.75),
                        new Attribution.Candidate(generated ? "real" : "dcgan", Optional.empty(), 0.25)),
                List.of(new Attribution.SpaceReading("RGB", "nearest", 1.5, 2.5)),
                new float[] {1, -2});
    }

    @Override
    public ModelIdentity model() {
        return new ModelIdentity("picky", "7", "0".repeat(64), "cpu", "fp32");
    }

    @Override
    public ReferenceIdentity reference() {
        return new ReferenceIdentity("reals", "3");
    }

    @Override
    public void close() {}
}
