package dev.whence.vectorstore;

import dev.whence.vectorstore.ReferenceCollection.Metric;
import dev.whence.vectorstore.ReferenceCollection.Neighbour;
import dev.whence.vectorstore.ReferenceCollection.Search;
import dev.whence.vectorstore.Segment.Block;
import dev.whence.vectorstore.Segment.Column;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Exact nearest neighbours of a batch of queries in one snapshot.
 *
 * <ol>
 *   <li>The first pass multiplies the {@linkplain Code codes} of all rows, block by block, which gives every row a lower
 *       bound on its distance to every query. Rows that the bound does not rule out are shortlisted. From time to time
 *       those with the smallest bounds are measured exactly, which rules out more.
 *   <li>What is left is measured, smallest bound first, until the k-th best distance lies certainly below every bound that
 *       is left. Then the answer is proven: nothing unmeasured can be closer, or as close.
 *   <li>Queries that this would cost more than going over all rows, because the projection tells little of the data or k is
 *       large, do that: the vectors are multiplied in single precision, which bounds the distances tightly. Where that was so before, it is done
 *       without a first pass ({@link FirstPassCosts}).
 * </ol>
 *
 * The answer depends on exact distances and the order of rows alone: the projection, the codes, the size of batches and
 * blocks and the number of threads can change without changing it.
 */
final class ExactSearch {
    /** What it costs to read a row for all queries of a second pass, where measuring it for one costs 1. */
    private static final double READING = 0.2;
    /** What it costs to multiply a row with each of them. */
    private static final double MULTIPLYING = 0.025;
    /** Shortlists beyond this share of the rows are given up, so that they stay small in memory. */
    private static final int ROWS_TO_ONE_SHORTLISTED = 32;

    private static final int MIN_LONGEST_SHORTLIST = 2048;
    private static final int FIRST_TIGHTENING = 256;

    private final Snapshot snapshot;
    private final Kernels kernels;
    private final SearchThreads threads;
    private final SearchCounters counters;
    private final FirstPassCosts firstPassCosts;
    private final Search asked;
    private final double tolerance;
    private final double rounding;
    private final int longestShortlist;

    ExactSearch(
            Snapshot snapshot,
            Kernels kernels,
            SearchThreads threads,
            SearchCounters counters,
            FirstPassCosts firstPassCosts,
            Search asked) {
        this.snapshot = snapshot;
        this.kernels = kernels;
        this.threads = threads;
        this.counters = counters;
        this.firstPassCosts = firstPassCosts;
        this.asked = asked;
        int dimension = snapshot.projection().dimension();
        this.tolerance = 1 + 4 * Rounding.gamma(dimension + 16, Rounding.DOUBLE);
        this.rounding = CodedQueries.lengthRounding(dimension);
        this.longestShortlist = (int) Math.min(
                Integer.MAX_VALUE / 2,
                Math.max(MIN_LONGEST_SHORTLIST, snapshot.manifest().count() / ROWS_TO_ONE_SHORTLISTED));
    }

    List<List<Neighbour>> search(List<SearchedQuery> queries) {
        counters.queries.add(queries.size());
        if (snapshot.segments().isEmpty()) {
            return Collections.nCopies(queries.size(), List.of());
        }
        Shortlist[] shortlists;
        BitSet second = new BitSet();
        double goingOverAll =
                (READING / queries.size() + MULTIPLYING) * snapshot.manifest().count() + asked.k();
        if (firstPassCosts.areMoreThan(goingOverAll, asked.k())) {
            shortlists = newShortlists(queries.size());
            second.set(0, shortlists.length);
        } else {
            FirstPass first = firstPass(queries);
            firstPassCosts.learn(asked.k(), first.rowsToMeasure() / queries.size());
            shortlists = first.shortlists;
            second.or(forSecondPass(first));
        }
        share(shortlists.length, query -> {
            if (!second.get(query)) {
                measure(queries.get(query), shortlists[query], Integer.MAX_VALUE);
            }
        });
        if (!second.isEmpty()) {
            counters.secondPasses.add(second.cardinality());
            secondPass(queries, second.stream().toArray(), shortlists);
        }
        List<List<Neighbour>> answers = new ArrayList<>(Collections.nCopies(queries.size(), List.of()));
        share(shortlists.length, query -> answers.set(query, neighbours(shortlists[query].nearest())));
        return answers;
    }

    /**
     * The queries for which going over all rows costs less than measuring what their shortlists hold, nearly all of which would have
     * to be measured. They share the reading of the rows, so either all gain by it together or none goes.
     */
    private BitSet forSecondPass(FirstPass first) {
        double multiplied = MULTIPLYING * snapshot.manifest().count();
        BitSet tooLong = new BitSet();
        BitSet cheaper = new BitSet();
        double gain = 0;
        for (int query = 0; query < first.shortlists.length; query++) {
            double saved = first.shortlists[query].size() - multiplied;
            tooLong.set(query, first.tooLong[query]);
            cheaper.set(query, first.tooLong[query] || saved > 0);
            gain += Math.max(0, saved);
        }
        return gain > READING * snapshot.manifest().count() ? cheaper : tooLong;
    }

    private Shortlist[] newShortlists(int count) {
        return IntStream.range(0, count)
                .mapToObj(query -> new Shortlist(newNearest()))
                .toArray(Shortlist[]::new);
    }

    private Nearest newNearest() {
        double fartherThan = asked.fartherThan();
        if (fartherThan < 0) {
            return new Nearest(asked.k(), -1);
        }
        return new Nearest(asked.k(), metric() == Metric.L2 ? fartherThan * fartherThan : 2 * fartherThan);
    }

    private Metric metric() {
        return snapshot.manifest().metric();
    }

    private FirstPass firstPass(List<SearchedQuery> queries) {
        CodedQueries coded = new CodedQueries(queries, snapshot.projection(), kernels.floats());
        List<Block> blocks = snapshot.blocks(Segment::codeBlocks);
        AtomicInteger next = new AtomicInteger();
        List<FirstPass> passes = threads.onEach(() -> {
            FirstPass pass = new FirstPass(queries, coded);
            for (int block = next.getAndIncrement(); block < blocks.size(); block = next.getAndIncrement()) {
                pass.scan(blocks.get(block));
            }
            return pass;
        });
        FirstPass merged = passes.get(0);
        passes.subList(1, passes.size()).forEach(merged::addAll);
        for (Shortlist shortlist : merged.shortlists) {
            shortlist.prune(tolerance);
        }
        return merged;
    }

    /** The first pass of one thread. */
    private final class FirstPass {
        private final List<SearchedQuery> queries;
        private final CodedQueries coded;
        private final Shortlist[] shortlists;
        private final boolean[] tooLong;
        private final int[] tightenAt;
        private final IntBuffer productBuffer;
        private final int[] products = new int[Segment.CODE_BLOCK_ROWS];
        private final int[] shifts = new int[Segment.CODE_BLOCK_ROWS];
        /** Rows of the block that {@link #seed} measured. */
        private final BitSet seeds = new BitSet(Segment.CODE_BLOCK_ROWS);

        private final double[][] columns = new double[Column.COUNT][Segment.CODE_BLOCK_ROWS];
        private long measured;

        FirstPass(List<SearchedQuery> queries, CodedQueries coded) {
            this.queries = queries;
            this.coded = coded;
            int size = queries.size();
            shortlists = newShortlists(size);
            tooLong = new boolean[size];
            tightenAt = new int[size];
            Arrays.fill(tightenAt, FIRST_TIGHTENING);
            productBuffer = MatrixProduct.direct(size * Segment.CODE_BLOCK_ROWS, Integer.BYTES)
                    .asIntBuffer();
        }

        /** What was measured, and what the shortlists hold, of which nearly all would be. */
        double rowsToMeasure() {
            return measured
                    + Arrays.stream(shortlists).mapToLong(Shortlist::size).sum();
        }

        void addAll(FirstPass other) {
            measured += other.measured;
            for (int query = 0; query < shortlists.length; query++) {
                shortlists[query].addAll(other.shortlists[query]);
                tooLong[query] |= other.tooLong[query];
            }
        }

        void scan(Block block) {
            int rows = block.rows();
            int axes = snapshot.projection().axes();
            kernels.codes()
                    .multiply(coded.codes(), coded.shape(), block.codes(), new long[] {axes, rows}, productBuffer);
            double longest = 0;
            double worst = 0;
            for (int column = 0; column < Column.COUNT; column++) {
                block.read(column, columns[column]);
            }
            double[] halfLengths = columns[Column.SQUARED_OFFSET];
            for (int row = 0; row < rows; row++) {
                halfLengths[row] *= (1 - rounding) / 2;
                shifts[row] = MatrixProduct.ZERO_POINT * (int) columns[Column.SUM][row];
                longest = Math.max(longest, columns[Column.LENGTH][row]);
                worst = Math.max(worst, columns[Column.ERROR][row]);
            }
            for (int query = 0; query < shortlists.length; query++) {
                if (!tooLong[query]) {
                    productBuffer.get(query * rows, products, 0, rows);
                    seeds.clear();
                    if (shortlists[query].nearest().limit() == Double.POSITIVE_INFINITY) {
                        seed(block, query);
                    }
                    scan(block, query, coded.error(query) * longest + coded.reach(query) * worst);
                    tighten(query);
                }
            }
            counters.rowsScanned.add((long) rows * shortlists.length);
            counters.bytesRead.add((long) rows * (axes + 8L * Column.COUNT));
        }

        /** Measures the rows of a block that seem closest, so that the others meet a limit. */
        private void seed(Block block, int query) {
            double[] halfLengths = columns[Column.SQUARED_OFFSET];
            double[] scales = columns[Column.SCALE];
            double scale = coded.scale(query);
            int[] theirProducts = products;
            int[] theirShifts = shifts;
            double[] closest = new double[asked.k()];
            int[] rows = new int[asked.k()];
            int size = 0;
            double worst = Double.POSITIVE_INFINITY;
            for (int i = 0; i < block.rows(); i++) {
                double score = halfLengths[i] - scale * scales[i] * (theirProducts[i] - theirShifts[i]);
                if (score < worst
                        && isOfDataSet(block.segment(), block.start() + i)
                        && isNeighbour(block.segment(), block.start() + i, queries.get(query))) {
                    int place = size < closest.length ? size++ : size - 1;
                    for (; place > 0 && closest[place - 1] > score; place--) {
                        closest[place] = closest[place - 1];
                        rows[place] = rows[place - 1];
                    }
                    closest[place] = score;
                    rows[place] = i;
                    worst = size < closest.length ? worst : closest[size - 1];
                }
            }
            Shortlist shortlist = shortlists[query];
            for (int i = 0; i < size; i++) {
                shortlist.add(Double.NEGATIVE_INFINITY, block.segment().firstRow() + block.start() + rows[i]);
                seeds.set(rows[i]);
            }
            measured += measure(queries.get(query), shortlist, size);
        }

        /** @param slack the codes' errors can't make an inner product larger than this */
        private void scan(Block block, int query, double slack) {
            Shortlist shortlist = shortlists[query];
            double limit = shortlist.nearest().limit() * tolerance;
            double ruledOut = coded.halfSquaredLength(query) - limit / 2 - slack;
            for (int i = next(query, ruledOut, 0, block.rows());
                    i < block.rows();
                    i = next(query, ruledOut, i + 1, block.rows())) {
                double bound = coded.lowerBound(
                        query,
                        products[i],
                        columns[Column.SUM][i],
                        columns[Column.SQUARED_OFFSET][i],
                        columns[Column.SCALE][i],
                        columns[Column.LENGTH][i],
                        columns[Column.ERROR][i],
                        columns[Column.REST][i]);
                if (!(bound > limit) && !seeds.get(i) && isOfDataSet(block.segment(), block.start() + i)) {
                    shortlist.add(bound, block.segment().firstRow() + block.start() + i);
                }
            }
        }

        /** The next row that is not ruled out at a glance; a loop of its own, since nearly all rows end here. */
        private int next(int query, double ruledOut, int from, int end) {
            int[] theirProducts = products;
            int[] theirShifts = shifts;
            double[] halfLengths = columns[Column.SQUARED_OFFSET];
            double[] scales = columns[Column.SCALE];
            double[] rests = columns[Column.REST];
            double scale = coded.scale(query);
            double rest = coded.rest(query);
            int i = from;
            while (i < end
                    && scale * scales[i] * (theirProducts[i] - theirShifts[i]) + rest * rests[i]
                            < ruledOut + halfLengths[i]) {
                i++;
            }
            return i;
        }

        private void tighten(int query) {
            Shortlist shortlist = shortlists[query];
            if (shortlist.size() > tightenAt[query]) {
                measured += measure(queries.get(query), shortlist, asked.k());
                shortlist.prune(tolerance);
                tooLong[query] = shortlist.size() > longestShortlist;
                tightenAt[query] = Math.max(FIRST_TIGHTENING, 2 * shortlist.size());
            }
        }
    }

    private boolean isOfDataSet(Segment segment, int row) {
        return asked.dataSet() == null
                || segment.entry().dataSets().get(segment.dataSet(row)).equals(asked.dataSet());
    }

    private boolean isNeighbour(Segment segment, int row, SearchedQuery query) {
        return !snapshot.isDeleted(segment.firstRow() + row) && !segment.hasSha256(row, query.sha256());
    }

    private int measure(SearchedQuery query, Shortlist shortlist, int atMost) {
        float[] scratch = new float[snapshot.projection().dimension()];
        int measured = shortlist.measure(atMost, tolerance, place -> {
            Segment segment = snapshot.segmentOf(place);
            int row = (int) (place - segment.firstRow());
            if (!isNeighbour(segment, row, query)) {
                return Shortlist.NO_NEIGHBOUR;
            }
            segment.readVector(row, scratch);
            return Distances.squared(query.vector(), scratch, segment.scale(row));
        });
        counters.rowsMeasured.add(measured);
        counters.bytesRead.add(4L * scratch.length * measured);
        return measured;
    }

    private void secondPass(List<SearchedQuery> queries, int[] places, Shortlist[] shortlists) {
        List<SearchedQuery> theirs =
                Arrays.stream(places).mapToObj(queries::get).toList();
        QueryBatch batch = new QueryBatch(theirs, snapshot.projection().centre());
        List<Block> blocks = snapshot.blocks(Segment::plainBlocks);
        AtomicInteger next = new AtomicInteger();
        List<Shortlist[]> found = threads.onEach(() -> {
            Shortlist[] mine = Arrays.stream(places)
                    .mapToObj(place -> new Shortlist(shortlists[place].nearest().copy()))
                    .toArray(Shortlist[]::new);
            for (int block = next.getAndIncrement(); block < blocks.size(); block = next.getAndIncrement()) {
                scan(blocks.get(block), batch, mine);
                for (int query = 0; query < mine.length; query++) {
                    if (mine[query].size() > longestShortlist) {
                        measure(theirs.get(query), mine[query], Integer.MAX_VALUE);
                        mine[query].prune(tolerance);
                    }
                }
            }
            return mine;
        });
        share(places.length, query -> {
            Shortlist left = new Shortlist(shortlists[places[query]].nearest());
            found.forEach(mine -> left.addAll(mine[query]));
            measure(theirs.get(query), left, Integer.MAX_VALUE);
        });
    }

    private void scan(Block block, QueryBatch batch, Shortlist[] shortlists) {
        Segment segment = block.segment();
        int dimension = snapshot.projection().dimension();
        FloatBuffer products = kernels.floats()
                .multiply(block.vectors(), new long[] {block.rows(), dimension}, batch.offsets(), new long[] {
                    dimension, batch.size()
                });
        counters.bytesRead.add(4L * dimension * block.rows());
        double[] limits = Arrays.stream(shortlists)
                .mapToDouble(shortlist -> shortlist.nearest().limit() * tolerance)
                .toArray();
        for (int i = 0; i < block.rows(); i++) {
            int row = block.start() + i;
            if (!isOfDataSet(segment, row)) {
                continue;
            }
            double squaredOffset = segment.value(Column.SQUARED_OFFSET, row);
            double norm = segment.value(Column.NORM, row);
            double scale = segment.scale(row);
            for (int query = 0; query < limits.length; query++) {
                double bound =
                        batch.lowerBound(query, products.get(i * limits.length + query), squaredOffset, norm, scale);
                if (!(bound > limits[query]) && !shortlists[query].nearest().has(segment.firstRow() + row)) {
                    shortlists[query].add(bound, segment.firstRow() + row);
                }
            }
        }
    }

    private void share(int count, IntConsumer task) {
        AtomicInteger next = new AtomicInteger();
        Supplier<Boolean> run = () -> {
            for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                task.accept(i);
            }
            return true;
        };
        threads.onEach(run);
    }

    private List<Neighbour> neighbours(Nearest nearest) {
        List<Neighbour> neighbours = new ArrayList<>();
        for (int i = 0; i < nearest.size(); i++) {
            Segment segment = snapshot.segmentOf(nearest.row(i));
            int row = (int) (nearest.row(i) - segment.firstRow());
            double squared = nearest.squaredDistance(i);
            double distance = metric() == Metric.L2 ? Math.sqrt(squared) : squared / 2;
            neighbours.add(new Neighbour(segment.id(row), distance, segment.vector(row)));
        }
        return Collections.unmodifiableList(neighbours);
    }
}
