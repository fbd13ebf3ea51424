package dev.whence.attributor.image;

import static dev.whence.attributor.image.Container.corrupt;

import java.util.List;
import java.util.Optional;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadProgressListener;
import javax.imageio.event.IIOReadWarningListener;

/** Watches a decoder that would rather fill in grey than complain: damage is only told by a warning, or by rows that never come. */
final class Completeness implements IIOReadWarningListener, IIOReadProgressListener {
    /** libjpeg's remarks on files whose pixels are whole all the same. */
    private static final List<String> HARMLESS =
            List.of("extraneous bytes before marker", "Invalid SOS parameters for sequential JPEG");

    private Optional<String> damage = Optional.empty();
    private final float percentageDue;
    private float percentage;
    private boolean complete;

    private Completeness(float percentageDue) {
        this.percentageDue = percentageDue;
    }

    static Completeness watch(ImageReader reader, ImageFormat format) {
        // The GIF decoder reports every row and calls an image complete that ends early; the others report now and
        // then.
        Completeness completeness = new Completeness(format == ImageFormat.GIF ? 100 : 0);
        reader.addIIOReadWarningListener(completeness);
        reader.addIIOReadProgressListener(completeness);
        return completeness;
    }

    void check() throws ImageRejectedException {
        if (damage.isPresent()) {
            throw corrupt("The image is damaged: %s.".formatted(damage.get()));
        }
        if (!complete || percentage < percentageDue) {
            throw corrupt("The image ends after %.0f %% of its pixels.".formatted(percentage));
        }
    }

    @Override
    public void warningOccurred(ImageReader source, String warning) {
        if (damage.isEmpty() && HARMLESS.stream().noneMatch(warning::contains)) {
            damage = Optional.of(warning);
        }
    }

    @Override
    public void imageProgress(ImageReader source, float percentageDone) {
        percentage = percentageDone;
    }

    @Override
    public void imageComplete(ImageReader source) {
        complete = true;
    }

    @Override
    public void sequenceStarted(ImageReader source, int minIndex) {}

    @Override
    public void sequenceComplete(ImageReader source) {}

    @Override
    public void imageStarted(ImageReader source, int imageIndex) {}

    @Override
    public void thumbnailStarted(ImageReader source, int imageIndex, int thumbnailIndex) {}

    @Override
    public void thumbnailProgress(ImageReader source, float percentageDone) {}

    @Override
    public void thumbnailComplete(ImageReader source) {}

    @Override
    public void readAborted(ImageReader source) {}
}
