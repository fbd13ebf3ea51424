package dev.whence.infra.bench;

import dev.whence.vectorstore.ReferenceCollection.Query;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Made-up vectors of a seed.
 *
 * @param rows at least 8
 * @param dimension at least 1
 */
public record SyntheticVectors(Distribution distribution, int rows, int dimension) {
    private static final int CLUSTERS = 64;
    private static final int RANK = 48;
    /** Share of the noise in the squared distance of two vectors of one cluster, about. */
    private static final double NOISE = 0.1;

    /** How the vectors lie. */
    public enum Distribution {
        /**
         * As embeddings of images do: 64 clusters in a subspace of 48 dimensions whose variance falls as 1/j, a tenth of
         * noise in all dimensions, far from the origin.
         */
        CLUSTERED,
        /** Independent normal components, the worst case: all distances are nearly the same. */
        GAUSSIAN
    }

    /**
     * Reads {@code N:DIM}, for example 20000:512.
     *
     * @throws IllegalArgumentException when it is not that
     */
    public static SyntheticVectors parse(Distribution distribution, String size) {
        String[] parts = size.split(":", -1);
        try {
            if (parts.length == 2) {
                int rows = Integer.parseInt(parts[0]);
                int dimension = Integer.parseInt(parts[1]);
                if (rows >= 8 && dimension >= 1) {
                    return new SyntheticVectors(distribution, rows, dimension);
                }
            }
        } catch (NumberFormatException e) {
            // The sentence below says what a size looks like.
        }
        throw new IllegalArgumentException(
                "'%s' is no size of a data set: write N:DIM, for example 20000:512".formatted(size));
    }

    /** The vectors and the queries, drawn from the same distribution. */
    public SearchData generate(int queries, long seed) {
        Random random = new Random(seed);
        float[][] drawn = distribution == Distribution.GAUSSIAN
                ? gaussian(random, rows + queries)
                : clustered(random, rows + queries);
        List<ReferenceVector> vectors = new ArrayList<>(rows);
        for (int row = 0; row < rows; row++) {
            vectors.add(new ReferenceVector(Integer.toString(row), sha256(row), "", drawn[row]));
        }
        List<Query> asked = new ArrayList<>(queries);
        for (int query = rows; query < drawn.length; query++) {
            asked.add(new Query(sha256(query), drawn[query]));
        }
        String kind = distribution.name().toLowerCase(Locale.ROOT);
        return new SearchData(
                "%s %,d x %d".formatted(kind, rows, dimension),
                "synthetic, %s, seed %d".formatted(kind, seed),
                vectors,
                asked);
    }

    private float[][] gaussian(Random random, int count) {
        float[][] vectors = new float[count][dimension];
        for (float[] vector : vectors) {
            for (int i = 0; i < dimension; i++) {
                vector[i] = (float) random.nextGaussian();
            }
        }
        return vectors;
    }

    private float[][] clustered(Random random, int count) {
        int rank = Math.min(RANK, dimension);
        float[][] basis = new float[rank][dimension];
        for (int j = 0; j < rank; j++) {
            for (int i = 0; i < dimension; i++) {
                basis[j][i] = (float) (random.nextGaussian() / Math.sqrt((double) (j + 1) * dimension));
            }
        }
        double[][] centres = new double[CLUSTERS][rank];
        for (double[] centre : centres) {
            for (int j = 0; j < rank; j++) {
                centre[j] = 2 * random.nextGaussian();
            }
        }
        double spread = 0;
        for (int j = 0; j < rank; j++) {
            spread += 1.0 / (j + 1);
        }
        float noise = (float) Math.sqrt(NOISE * spread / dimension);
        float[][] vectors = new float[count][dimension];
        for (float[] vector : vectors) {
            double[] centre = centres[random.nextInt(CLUSTERS)];
            for (int i = 0; i < dimension; i++) {
                vector[i] = 0.5f + noise * (float) random.nextGaussian();
            }
            for (int j = 0; j < rank; j++) {
                float coordinate = (float) (centre[j] + random.nextGaussian());
                float[] direction = basis[j];
                for (int i = 0; i < dimension; i++) {
                    vector[i] += coordinate * direction[i];
                }
            }
        }
        return vectors;
    }

    private static String sha256(int number) {
        return "%064x".formatted(number + 1);
    }
}
