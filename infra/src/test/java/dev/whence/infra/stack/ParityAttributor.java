package dev.whence.infra.stack;

import dev.whence.attributor.Attribution;
import dev.whence.attributor.Attributor.ModelIdentity;
import dev.whence.attributor.Attributor.ReferenceIdentity;
import dev.whence.attributor.BatchAttribution;
import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.Verdict;
import dev.whence.attributor.image.ImageDecoder;
import dev.whence.attributor.image.ImageLimits;
import dev.whence.attributor.image.ImageRejectedException;
import dev.whence.stream.engine.ImageAttributor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Decodes for real, then says of an image only whether its first byte is even. Takes its time, and breaks on demand: what
 * these tests are about is the stream, not the attribution.
 */
final class ParityAttributor implements ImageAttributor {
    private static final int IMAGES_UNTIL_A_BREAK = 50;
    private static final AtomicInteger BREAKS_LEFT = new AtomicInteger();

    private final ImageDecoder decoder = new ImageDecoder(ImageLimits.DEFAULT);
    private final AtomicLong seenSinceArmed = new AtomicLong();
    private final Opening opening;

    private ParityAttributor(Opening opening) {
        this.opening = opening;
    }

    /** The attributor at work soon fails on everything until it is opened again, and so do those after it. */
    static void breakInTurn(int attributors) {
        BREAKS_LEFT.set(attributors);
    }

    static int breaksLeft() {
        return BREAKS_LEFT.get();
    }

    @Override
    public CanonicalImage canonical(byte[] encoded) throws ImageRejectedException {
        return decoder.decode(encoded, 16);
    }

    @Override
    public BatchAttribution attribute(List<CanonicalImage> images) {
        LockSupport.parkNanos(opening.timeForAnImage().toNanos() * images.size());
        if (BREAKS_LEFT.get() > 0 && seenSinceArmed.addAndGet(images.size()) > IMAGES_UNTIL_A_BREAK) {
            throw new IllegalStateException("broken on purpose");
        }
        return new BatchAttribution(
                images.stream().map(ParityAttributor::attribution).toList(), 1_000, 500, 1_000, 1_000);
    }

    private static Attribution attribution(CanonicalImage image) {
        boolean real = (image.rgb()[0] & 1) == 0;
        return new Attribution(
                real ? Verdict.REAL : Verdict.KNOWN_GENERATOR,
                real ? Optional.empty() : Optional.of("odd"),
                0.75,
                new Attribution.Novelty(0.5, Optional.empty(), Optional.empty()),
                List.of(
                        new Attribution.Candidate(real ? "real" : "odd", Optional.empty(), 0.75),
                        new Attribution.Candidate(real ? "odd" : "real", Optional.empty(), 0.25)),
                List.of(new Attribution.SpaceReading("RGB", "nearest", 1, 2)),
                new float[] {1, 2});
    }

    @Override
    public ModelIdentity model() {
        return new ModelIdentity("parity", "1", "0".repeat(64), "cpu", "fp32");
    }

    @Override
    public ReferenceIdentity reference() {
        return new ReferenceIdentity("none", "1");
    }

    @Override
    public void close() {
        if (seenSinceArmed.get() > IMAGES_UNTIL_A_BREAK) {
            BREAKS_LEFT.decrementAndGet();
        }
    }

    record Opening(Duration timeForAnImage) implements Factory {
        @Override
        public ImageAttributor open(String bundle, String reference) {
            return new ParityAttributor(this);
        }
    }
}
