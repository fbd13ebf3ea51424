package dev.whence.infra;

import dev.whence.attributor.training.AttributionTrainer;

/** How far a training is: images first, then one line for each epoch. */
final class TrainingProgress extends ReadingProgress implements AttributionTrainer.Progress {
    TrainingProgress(long images) {
        super("projecting", images);
    }

    @Override
    public void epoch(int epoch, int of, double loss, double balancedAccuracy) {
        close();
        System.err.printf(
                "epoch %d of %d: loss %.3f, balanced accuracy on validation images %.3f%n",
                epoch, of, loss, balancedAccuracy);
    }
}
