package dev.whence.attributor.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class TSneTest {
    private static final float[][] POINTS = Recorded.value("/tsne/points", float[][].class);

    private final double[][] affinities = TSne.affinities(POINTS, Recorded.number("/tsne/perplexity"));
    private final double[][] map = Recorded.value("/tsne/map", double[][].class);

    @Test
    void affinitiesHaveThePerplexityThatARootFinderOfSciPyGives() {
        requireClose(affinities, Recorded.value("/tsne/affinities", double[][].class));
    }

    @Test
    void affinitiesDoNotDependOnTheScaleOfTheFeatures() {
        float[][] large = new float[POINTS.length][POINTS[0].length];
        for (int i = 0; i < large.length; i++) {
            for (int j = 0; j < large[i].length; j++) {
                large[i][j] = 65_536 * POINTS[i][j];
            }
        }
        requireClose(TSne.affinities(large, Recorded.number("/tsne/perplexity")), affinities);
    }

    @Test
    void divergenceAndGradientAreThoseOfScikitLearn() {
        assertThat(TSne.divergence(affinities, map)).isCloseTo(Recorded.number("/tsne/divergence"), within(1e-6));
        double[][] gradient = new double[map.length][2];
        TSne.gradient(affinities, 1, map, gradient);
        requireClose(gradient, Recorded.value("/tsne/gradient", double[][].class));
        TSne.gradient(affinities, 12, map, gradient);
        requireClose(gradient, Recorded.value("/tsne/exaggerated", double[][].class));
    }

    @Test
    void groupsThatLieApartLieApartInTheMap() {
        Random random = new Random(1);
        float[][] points = new float[90][10];
        int[] groups = new int[90];
        for (int i = 0; i < 90; i++) {
            groups[i] = i % 3;
            for (int j = 0; j < 10; j++) {
                points[i][j] = (float) random.nextGaussian() + (j == groups[i] ? 12 : 0);
            }
        }
        TSne tsne = TSne.of(points, 15, 1);
        for (int i = 0; i < 90; i++) {
            assertThat(groups[nearest(tsne.points(), i)]).isEqualTo(groups[i]);
        }
        assertThat(tsne.divergence()).isEqualTo(TSne.divergence(TSne.affinities(points, 15), tsne.points()));
        assertThat(tsne.divergence()).isBetween(0.0, 0.8);
    }

    @Test
    void theSameSeedGivesTheSameMap() {
        assertThat(TSne.of(POINTS, 5, 7).points())
                .isDeepEqualTo(TSne.of(POINTS, 5, 7).points());
        assertThat(TSne.of(POINTS, 5, 7).points()[0])
                .isNotEqualTo(TSne.of(POINTS, 5, 8).points()[0]);
    }

    @Test
    void pointsThatAreAllTheSameHaveAMap() {
        for (double[] point : TSne.of(new float[12][3], 4, 1).points()) {
            assertThat(point[0]).isFinite();
        }
    }

    @Test
    void tooFewPointsForThePerplexityAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TSne.of(new float[10][2], 30, 1))
                .withMessage("A perplexity of 30.0 needs more than 31 points, and there are 10");
    }

    private static int nearest(double[][] map, int i) {
        int nearest = i == 0 ? 1 : 0;
        for (int j = 0; j < map.length; j++) {
            if (j != i && distance(map[i], map[j]) < distance(map[i], map[nearest])) {
                nearest = j;
            }
        }
        return nearest;
    }

    private static double distance(double[] a, double[] b) {
        return Math.hypot(a[0] - b[0], a[1] - b[1]);
    }

    private static void requireClose(double[][] actual, double[][] expected) {
        assertThat(actual.length).isEqualTo(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).hasSameSizeAs(expected[i]);
            for (int j = 0; j < expected[i].length; j++) {
                assertThat(actual[i][j]).as("%d, %d", i, j).isCloseTo(expected[i][j], within(1e-7));
            }
        }
    }
}
