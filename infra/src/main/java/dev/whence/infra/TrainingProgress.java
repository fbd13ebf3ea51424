package dev.whence.infra;

import dev.whence.attributor.projection.View;
import dev.whence.attributor.training.AttributionTrainer;
import java.util.Optional;

/** How far a training is: images first, then one line for each epoch. */
final class TrainingProgress extends ReadingProgress implements AttributionTrainer.Progress {
    private Optional<Progress> projecting = Optional.empty();

    TrainingProgress(long images) {
        super("reading", images);
    }

    @Override
    public void projected(long images, long of) {
        super.close();
        if (projecting.isEmpty()) {
            projecting = Optional.of(Progress.of("projecting", of));
        }
        projecting.get().at(images);
        if (images == of) {
            finishProjecting();
        }
    }

    @Override
    public void epoch(View view, int epoch, int of, double loss, double balancedAccuracy) {
        System.err.printf(
                "%s, epoch %d of %d: loss %.3f, balanced accuracy on validation images %.3f%n",
                view.name(), epoch, of, loss, balancedAccuracy);
    }

    private void finishProjecting() {
        projecting.ifPresent(Progress::close);
        projecting = Optional.empty();
    }

    @Override
    public void close() {
        super.close();
        finishProjecting();
    }
}
