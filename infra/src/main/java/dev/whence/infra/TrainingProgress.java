package dev.whence.infra;

import dev.whence.attributor.projection.View;
import dev.whence.attributor.training.AttributionTrainer;
import java.util.Optional;

/** How far a training is: images first, then one line for each epoch. */
final class TrainingProgress implements AttributionTrainer.Progress, AutoCloseable {
    private final long images;
    private Optional<Progress> shown = Optional.empty();
    private String now = "";
    private long read;

    /** @param images to be read, 0 where that is told otherwise */
    TrainingProgress(long images) {
        this.images = images;
    }

    @Override
    public void imageRead() {
        at("reading", ++read, images);
    }

    @Override
    public void projected(long done, long of) {
        at("projecting", done, of);
    }

    private void at(String task, long done, long of) {
        if (!task.equals(now)) {
            close();
            now = task;
            shown = Optional.of(Progress.of(task, of));
        }
        shown.ifPresent(progress -> progress.at(done));
        if (done == of) {
            close();
        }
    }

    @Override
    public void epoch(View view, int epoch, int of, double loss, double balancedAccuracy) {
        System.err.printf(
                "%s, epoch %d of %d: loss %.3f, balanced accuracy on validation images %.3f%n",
                view.name(), epoch, of, loss, balancedAccuracy);
    }

    @Override
    public void close() {
        shown.ifPresent(Progress::close);
        shown = Optional.empty();
    }
}
