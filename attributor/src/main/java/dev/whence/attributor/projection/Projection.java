package dev.whence.attributor.projection;

import dev.whence.vectorstore.ReferenceCollection.Neighbour;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * How the closest point x* of the real data manifold is estimated from the nearest reference points. The artifact of x
 * is x - x*, signed.
 */
public enum Projection {
    /** No projection: the artifact is the embedding itself. The baseline that every projection has to beat. */
    NONE {
        @Override
        float[] project(float[] x, List<Neighbour> neighbours) {
            return new float[x.length];
        }
    },

    /** The nearest reference point, as in the paper (Song et al. 2024, section 3). */
    NEAREST {
        @Override
        float[] project(float[] x, List<Neighbour> neighbours) {
            return neighbours.get(0).vector();
        }
    },

    /** The mean of the nearest reference points: less of any single one's content is left in the artifact. */
    MEAN {
        @Override
        float[] project(float[] x, List<Neighbour> neighbours) {
            float[] mean = new float[x.length];
            float[] vector = new float[x.length];
            for (Neighbour neighbour : neighbours) {
                neighbour.read(vector);
                for (int j = 0; j < mean.length; j++) {
                    mean[j] += vector[j];
                }
            }
            for (int j = 0; j < mean.length; j++) {
                mean[j] /= neighbours.size();
            }
            return mean;
        }
    },

    /**
     * The foot of the perpendicular from x on the affine hull of the nearest reference points: the manifold is taken
     * as flat where they stand, so that less of the image's content is left in the artifact.
     */
    AFFINE_HULL {
        @Override
        float[] project(float[] x, List<Neighbour> neighbours) {
            float[] base = neighbours.get(0).vector();
            int directions = neighbours.size() - 1;
            float[][] d = new float[directions][x.length];
            for (int i = 0; i < directions; i++) {
                float[] v = neighbours.get(i + 1).vector();
                for (int j = 0; j < x.length; j++) {
                    d[i][j] = v[j] - base[j];
                }
            }
            float[] offset = difference(x, base);
            DMatrixRMaj gram = new DMatrixRMaj(directions, directions);
            DMatrixRMaj right = new DMatrixRMaj(directions, 1);
            double trace = 0;
            for (int i = 0; i < directions; i++) {
                for (int j = i; j < directions; j++) {
                    double product = dot(d[i], d[j]);
                    gram.set(i, j, product);
                    gram.set(j, i, product);
                }
                trace += gram.get(i, i);
                right.set(i, dot(d[i], offset));
            }
            // A ridge keeps repeated neighbours from making the system singular.
            double ridge = Math.max(RIDGE * trace / Math.max(1, directions), Double.MIN_NORMAL);
            for (int i = 0; i < directions; i++) {
                gram.add(i, i, ridge);
            }
            DMatrixRMaj weights = new DMatrixRMaj(directions, 1);
            if (directions > 0 && !CommonOps_DDRM.solve(gram, right, weights)) {
                throw new ArithmeticException("The affine hull of the nearest reference points is degenerate");
            }
            float[] projected = Arrays.copyOf(base, base.length);
            for (int i = 0; i < directions; i++) {
                float w = (float) weights.get(i, 0);
                for (int j = 0; j < x.length; j++) {
                    projected[j] += w * d[i][j];
                }
            }
            return projected;
        }
    };

    private static final double RIDGE = 1e-4;

    /** @throws IllegalArgumentException when there is no projection of that name */
    public static Projection named(String name) {
        return Arrays.stream(values())
                .filter(p -> p.label().equals(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "There is no projection %s: name one of none, nearest, mean, affine-hull".formatted(name)));
    }

    /** As a bundle writes it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether more than the nearest reference point is needed. */
    boolean readsSeveral() {
        return this == MEAN || this == AFFINE_HULL;
    }

    /**
     * The artifact x - x*.
     *
     * @param neighbours the nearest reference points, closest first, at least one
     */
    public float[] artifact(float[] x, List<Neighbour> neighbours) {
        if (neighbours.isEmpty()) {
            throw new IllegalArgumentException("The reference holds no image but the query itself: add real images");
        }
        return difference(x, project(x, neighbours));
    }

    /** The point x* of the manifold. */
    abstract float[] project(float[] x, List<Neighbour> neighbours);

    private static float[] difference(float[] x, float[] y) {
        float[] result = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            result[i] = x[i] - y[i];
        }
        return result;
    }

    private static double dot(float[] x, float[] y) {
        // Four sums that do not wait for each other.
        float a = 0;
        float b = 0;
        float c = 0;
        float e = 0;
        int i = 0;
        for (; i + 3 < x.length; i += 4) {
            a += x[i] * y[i];
            b += x[i + 1] * y[i + 1];
            c += x[i + 2] * y[i + 2];
            e += x[i + 3] * y[i + 3];
        }
        double sum = (double) a + b + c + e;
        for (; i < x.length; i++) {
            sum += (double) x[i] * y[i];
        }
        return sum;
    }
}
