package dev.whence.vectorstore;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.whence.vectorstore.ProductGraph.Kind;
import dev.whence.vectorstore.ReferenceStoreException.Reason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * The reference to beat: all products of queries and rows in single precision by ONNX Runtime, then the k smallest
 * {@code |x|^2 - 2 q.x}. Rows and queries are taken relative to the rows' mean, so that little cancels. Nothing proves
 * its answers.
 *
 * <p>It does less than a {@link ReferenceCollection}: no disk, no ids, no exact distances, no vector of the neighbour,
 * no leaving out of the query's own image. Not for several threads at a time.
 */
public final class PlainMatrixSearch implements AutoCloseable {
    private static final int CHUNK_ROWS = 8192;

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final Form form;
    private final int dimension;
    private final float[] centre;
    private final SearchThreads threads;
    private final List<Chunk> chunks = new ArrayList<>();
    private final ThreadLocal<FloatBuffer> products = ThreadLocal.withInitial(() -> floats(1));

    /** How ONNX Runtime is given the rows. Which is fastest depends on the size of the batch and on the machine. */
    public enum Form {
        /** As a constant of the session, which is packed for the kernel once. */
        CONSTANT,
        /** As the left operand, row by row. */
        ROWS,
        /** As the right operand, component by component. */
        COLUMNS
    }

    /** Rows that go through one product. Every chunk of a constant form has a session of its own. */
    private record Chunk(int firstRow, float[] squaredNorms, FloatBuffer operand, OrtSession session) {
        int rows() {
            return squaredNorms.length;
        }
    }

    /**
     * @param vectors at least one, all of the same dimension
     * @param threads threads that a search runs on; 1: the caller's own
     */
    public PlainMatrixSearch(List<float[]> vectors, Form form, int threads) {
        this.form = form;
        this.dimension = vectors.get(0).length;
        this.centre = mean(vectors);
        this.threads = new SearchThreads(threads);
        try {
            for (int from = 0; from < vectors.size(); from += CHUNK_ROWS) {
                chunks.add(chunk(from, vectors.subList(from, Math.min(vectors.size(), from + CHUNK_ROWS))));
            }
        } catch (OrtException e) {
            close();
            throw failed(e);
        }
    }

    /**
     * The closest rows of each query, closest first, as indices into the vectors.
     *
     * @param k at most the number of vectors
     * @return queries x k
     */
    public int[][] search(List<float[]> queries, int k) {
        FloatBuffer offsets = offsets(queries);
        AtomicInteger next = new AtomicInteger();
        List<Smallest[]> found = threads.onEach(() -> {
            Smallest[] mine = IntStream.range(0, queries.size())
                    .mapToObj(q -> new Smallest(k))
                    .toArray(Smallest[]::new);
            for (int chunk = next.getAndIncrement(); chunk < chunks.size(); chunk = next.getAndIncrement()) {
                search(chunks.get(chunk), offsets, mine);
            }
            return mine;
        });
        Smallest[] all = found.get(0);
        for (Smallest[] others : found.subList(1, found.size())) {
            for (int query = 0; query < all.length; query++) {
                all[query].addAll(others[query]);
            }
        }
        return IntStream.range(0, all.length).mapToObj(q -> all[q].rows()).toArray(int[][]::new);
    }

    @Override
    public void close() {
        threads.close();
        try {
            for (OrtSession session :
                    chunks.stream().map(Chunk::session).distinct().toList()) {
                session.close();
            }
        } catch (OrtException e) {
            throw failed(e);
        }
    }

    private Chunk chunk(int firstRow, List<float[]> vectors) throws OrtException {
        int rows = vectors.size();
        float[] squaredNorms = new float[rows];
        ByteBuffer bytes = ByteBuffer.allocateDirect(4 * rows * dimension).order(ByteOrder.nativeOrder());
        FloatBuffer operand = bytes.asFloatBuffer();
        for (int row = 0; row < rows; row++) {
            float[] vector = vectors.get(row);
            double squaredNorm = 0;
            for (int i = 0; i < dimension; i++) {
                float offset = vector[i] - centre[i];
                squaredNorm += (double) offset * offset;
                operand.put(form == Form.ROWS ? row * dimension + i : i * rows + row, offset);
            }
            squaredNorms[row] = (float) squaredNorm;
        }
        if (form == Form.CONSTANT) {
            return new Chunk(
                    firstRow, squaredNorms, floats(0), ProductGraph.ofConstant(Kind.FLOAT, dimension, rows, bytes));
        }
        OrtSession session = chunks.isEmpty()
                ? ProductGraph.ofInputs(Kind.FLOAT, dimension)
                : chunks.get(0).session();
        return new Chunk(firstRow, squaredNorms, operand, session);
    }

    /** queries x dimension, or dimension x queries where the rows are on the left. */
    private FloatBuffer offsets(List<float[]> queries) {
        int count = queries.size();
        FloatBuffer offsets = floats(count * dimension);
        for (int query = 0; query < count; query++) {
            float[] vector = queries.get(query);
            for (int i = 0; i < dimension; i++) {
                offsets.put(form == Form.ROWS ? i * count + query : query * dimension + i, vector[i] - centre[i]);
            }
        }
        return offsets;
    }

    private void search(Chunk chunk, FloatBuffer offsets, Smallest[] found) {
        int rows = chunk.rows();
        int queries = found.length;
        FloatBuffer product = multiply(chunk, offsets, queries);
        float[] line = new float[form == Form.ROWS ? queries : rows];
        if (form == Form.ROWS) {
            for (int row = 0; row < rows; row++) {
                product.get(row * queries, line);
                for (int query = 0; query < queries; query++) {
                    found[query].offer(chunk.squaredNorms[row] - 2 * line[query], chunk.firstRow + row);
                }
            }
        } else {
            for (int query = 0; query < queries; query++) {
                product.get(query * rows, line);
                Smallest smallest = found[query];
                for (int row = 0; row < rows; row++) {
                    smallest.offer(chunk.squaredNorms[row] - 2 * line[row], chunk.firstRow + row);
                }
            }
        }
    }

    private FloatBuffer multiply(Chunk chunk, FloatBuffer offsets, int queries) {
        int rows = chunk.rows();
        FloatBuffer output = products.get();
        if (output.capacity() < rows * queries) {
            output = floats(rows * queries);
            products.set(output);
        }
        long[] byQuery = {queries, dimension};
        long[] byComponent = {dimension, form == Form.ROWS ? queries : rows};
        long[] shape = form == Form.ROWS ? new long[] {rows, queries} : new long[] {queries, rows};
        long[] left = form == Form.ROWS ? new long[] {rows, dimension} : byQuery;
        try (OnnxTensor product = tensor(output.slice(0, rows * queries), shape);
                OnnxTensor queryOperand = tensor(offsets.duplicate(), form == Form.ROWS ? byComponent : byQuery)) {
            if (form == Form.CONSTANT) {
                run(chunk, Map.of(ProductGraph.LEFT, queryOperand), product);
            } else {
                try (OnnxTensor rowOperand =
                        tensor(chunk.operand.duplicate(), form == Form.ROWS ? left : byComponent)) {
                    run(
                            chunk,
                            form == Form.ROWS
                                    ? Map.of(ProductGraph.LEFT, rowOperand, ProductGraph.RIGHT, queryOperand)
                                    : Map.of(ProductGraph.LEFT, queryOperand, ProductGraph.RIGHT, rowOperand),
                            product);
                }
            }
        } catch (OrtException e) {
            throw failed(e);
        }
        return output;
    }

    private static void run(Chunk chunk, Map<String, OnnxTensor> inputs, OnnxTensor product) throws OrtException {
        chunk.session
                .run(inputs, Set.of(), Map.of(ProductGraph.PRODUCT, product))
                .close();
    }

    private OnnxTensor tensor(FloatBuffer values, long[] shape) throws OrtException {
        return OnnxTensor.createTensor(environment, values, shape);
    }

    private static FloatBuffer floats(int count) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(4, count))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    private static float[] mean(List<float[]> vectors) {
        double[] sums = new double[vectors.get(0).length];
        for (float[] vector : vectors) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] += vector[i];
            }
        }
        float[] mean = new float[sums.length];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = (float) (sums[i] / vectors.size());
        }
        return mean;
    }

    private static ReferenceStoreException failed(OrtException cause) {
        return new ReferenceStoreException(
                Reason.FAILED, "ONNX Runtime could not multiply matrices: " + cause.getMessage(), cause);
    }

    /** The rows with the k smallest scores, as a heap whose root is the largest of them. */
    private static final class Smallest {
        private final float[] scores;
        private final int[] rows;
        private int size;
        private float limit = Float.POSITIVE_INFINITY;

        Smallest(int k) {
            scores = new float[k];
            rows = new int[k];
        }

        void offer(float score, int row) {
            if (score < limit) {
                add(score, row);
            }
        }

        void addAll(Smallest other) {
            for (int i = 0; i < other.size; i++) {
                offer(other.scores[i], other.rows[i]);
            }
        }

        private void add(float score, int row) {
            int hole;
            if (size < scores.length) {
                hole = size++;
                while (hole > 0 && scores[(hole - 1) / 2] < score) {
                    move((hole - 1) / 2, hole);
                    hole = (hole - 1) / 2;
                }
            } else {
                hole = 0;
                for (int child = 1; child < size; child = 2 * hole + 1) {
                    if (child + 1 < size && scores[child + 1] > scores[child]) {
                        child++;
                    }
                    if (scores[child] <= score) {
                        break;
                    }
                    move(child, hole);
                    hole = child;
                }
            }
            scores[hole] = score;
            rows[hole] = row;
            if (size == scores.length) {
                limit = scores[0];
            }
        }

        private void move(int from, int to) {
            scores[to] = scores[from];
            rows[to] = rows[from];
        }

        int[] rows() {
            return IntStream.range(0, size)
                    .boxed()
                    .sorted((a, b) -> Float.compare(scores[a], scores[b]))
                    .mapToInt(i -> rows[i])
                    .toArray();
        }
    }
}
