package dev.whence.attributor.projection;

import ai.djl.ndarray.types.Shape;
import dev.whence.attributor.space.EmbeddingSpace;
import java.util.List;

/**
 * How images are looked at: in a space, less the point of the real data manifold that a projection estimates there. A space may be
 * looked at in several ways.
 */
public record View(EmbeddingSpace space, Projection projection) {
    /** Like {@code RESIDUAL/mean}. */
    public String name() {
        return space.name() + "/" + projection.label();
    }

    /** Shape of one artifact of each view, of images of this side length. */
    public static List<Shape> shapes(List<View> views, int size) {
        return views.stream().map(view -> view.space().shape(size)).toList();
    }

    /** The spaces that are looked at, each once, in the order of the views. */
    public static List<EmbeddingSpace> spaces(List<View> views) {
        return views.stream().map(View::space).distinct().toList();
    }
}
