package dev.whence.infra;

import dev.whence.attributor.training.EncoderTrainer;
import java.time.Duration;
import java.util.OptionalDouble;

/** How far the training of an encoder is: images first, then one line for each epoch. */
final class EncoderProgress extends ReadingProgress implements EncoderTrainer.Progress {
    private int images;
    private int first;
    private long started;

    EncoderProgress(long images) {
        super("reading", images);
    }

    @Override
    public void start(EncoderTrainer.Start start) {
        close();
        images = start.images();
        first = start.epochsDone();
        started = System.nanoTime();
        System.err.printf(
                "%s%,d images, %,d more held out%s; %s%n",
                first > 0 ? "going on after epoch %d: ".formatted(first) : "",
                images,
                start.heldOut(),
                start.rejected() == 0 ? "" : ", %,d unreadable".formatted(start.rejected()),
                start.classes().isEmpty()
                        ? "no labels, so there is no probe"
                        : "%d classes by %s (%s ...); probe of pixels %.3f, of the untrained network %.3f"
                                .formatted(
                                        start.classes().size(),
                                        start.labels(),
                                        start.classes().get(0),
                                        start.measured().get("probeOfPixels"),
                                        start.measured().get("probeUntrained")));
    }

    @Override
    public void epoch(int epoch, int of, double loss, OptionalDouble probe) {
        double seconds = (System.nanoTime() - started) / 1e9;
        int done = epoch - first;
        Duration left = Duration.ofSeconds(Math.round(seconds / done * (of - epoch)));
        System.err.printf(
                "epoch %d of %d: loss %.3f%s, %.0f images/s, %d:%02d left%n",
                epoch,
                of,
                loss,
                probe.isPresent() ? ", probe %.3f".formatted(probe.getAsDouble()) : "",
                done * (double) images / seconds,
                left.toMinutes(),
                left.toSecondsPart());
    }
}
