package dev.whence.attributor.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.whence.vectorstore.ReferenceCollection.Neighbour;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProjectionTest {
    private static final float[] X = {1, 2, 5};
    /** Three points of the plane z = 1. */
    private static final List<Neighbour> PLANE = List.of(point(0, 0, 1), point(1, 0, 1), point(0, 1, 1));

    @Test
    void withoutProjectionTheArtifactIsTheEmbedding() {
        assertThat(Projection.NONE.artifact(X, PLANE)).containsExactly(1, 2, 5);
    }

    @Test
    void theNearestPointIsSubtracted() {
        assertThat(Projection.NEAREST.artifact(X, PLANE)).containsExactly(1, 2, 4);
    }

    @Test
    void theMeanOfTheNeighboursIsSubtracted() {
        assertThat(Projection.MEAN.artifact(new float[] {1, 1, 5}, List.of(point(0, 0, 1), point(4, 2, 3))))
                .containsExactly(-1, 0, 3);
    }

    @Test
    void theArtifactToAnAffineHullIsPerpendicularToIt() {
        float[] artifact = Projection.AFFINE_HULL.artifact(X, PLANE);
        assertThat(artifact[0]).isCloseTo(0, within(2e-3f));
        assertThat(artifact[1]).isCloseTo(0, within(2e-3f));
        assertThat(artifact[2]).isCloseTo(4, within(1e-5f));
    }

    @Test
    void aPointOfTheHullHasNoArtifact() {
        float[] artifact = Projection.AFFINE_HULL.artifact(new float[] {0.5f, 0.5f, 1}, PLANE);
        assertThat(artifact).containsExactly(new float[] {0, 0, 0}, within(1e-3f));
    }

    @Test
    void oneNeighbourIsAHullOfItsOwn() {
        assertThat(Projection.AFFINE_HULL.artifact(X, List.of(point(1, 1, 1)))).containsExactly(0, 1, 4);
    }

    @Test
    void repeatedNeighboursDoNotMakeTheHullDegenerate() {
        List<Neighbour> same = List.of(point(1, 1, 1), point(1, 1, 1), point(1, 1, 1));
        assertThat(Projection.AFFINE_HULL.artifact(X, same)).containsExactly(0, 1, 4);
    }

    @Test
    void anEmptyReferenceIsRefused() {
        assertThatThrownBy(() -> Projection.NEAREST.artifact(X, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("add real images");
    }

    @Test
    void namesAreReadInAnyCase() {
        assertThat(Projection.named("affine-hull")).isEqualTo(Projection.AFFINE_HULL);
        assertThatThrownBy(() -> Projection.named("cubic")).hasMessageContaining("none, nearest, mean, affine-hull");
    }

    private static Neighbour point(float... vector) {
        return new Neighbour("p", 0, vector);
    }
}
