package dev.whence.vectorstore;

import dev.whence.vectorstore.Candidates.Candidate;
import dev.whence.vectorstore.Candidates.Ranked;
import dev.whence.vectorstore.Nearest.Hit;
import dev.whence.vectorstore.ReferenceCollection.Neighbour;
import dev.whence.vectorstore.Segment.Block;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Exact nearest neighbours of a batch of queries in one snapshot.
 *
 * <ol>
 *   <li>A fast pass over all rows gives every row a lower bound on its distance to every query, block by block. Of each
 *       query the rows with the smallest bounds are kept as candidates, without those that bear its own SHA-256.
 *   <li>Candidates are measured exactly, smallest bound first, until the k-th best distance lies certainly below every
 *       bound that is left. Then the answer is proven: nothing unmeasured can be closer, or as close.
 *   <li>Queries whose candidates run out before that (many near ties) go over the rows once more. Now the k-th best
 *       distance so far is a limit: every row whose bound does not lie beyond it is measured.
 * </ol>
 *
 * The answer depends on exact distances and the order of rows alone, so the fast pass, the size of batches and blocks
 * and the number of threads can change without changing it. A fast pass of lower precision needs new lower bounds and
 * nothing else.
 */
final class ExactSearch {
    private static final int SPARE_CANDIDATES = 64;

    private final Snapshot snapshot;
    private final MatrixProduct product;
    private final SearchThreads threads;
    private final List<Block> blocks;

    ExactSearch(Snapshot snapshot, MatrixProduct product, SearchThreads threads) {
        this.snapshot = snapshot;
        this.product = product;
        this.threads = threads;
        this.blocks = snapshot.blocks();
    }

    List<List<Neighbour>> search(QueryBatch queries, int k) {
        List<Ranked> candidates = findCandidates(queries, k + SPARE_CANDIDATES);
        Nearest[] nearest = new Nearest[queries.size()];
        boolean[] proven = new boolean[queries.size()];
        AtomicInteger next = new AtomicInteger();
        threads.onEach(() -> {
            for (int query = next.getAndIncrement(); query < proven.length; query = next.getAndIncrement()) {
                nearest[query] = new Nearest(k);
                proven[query] = measure(queries, query, candidates.get(query), nearest[query]);
            }
            return true;
        });
        int[] unproven = IntStream.range(0, proven.length)
                .filter(query -> !proven[query])
                .toArray();
        if (unproven.length > 0) {
            measureWithinLimits(queries.only(unproven, snapshot.centre()), unproven, nearest);
        }
        return Arrays.stream(nearest).map(this::neighbours).toList();
    }

    private List<Ranked> findCandidates(QueryBatch queries, int capacity) {
        AtomicInteger next = new AtomicInteger();
        List<List<Candidates>> found = threads.onEach(() -> {
            List<Candidates> mine = IntStream.range(0, queries.size())
                    .mapToObj(query -> new Candidates(capacity))
                    .toList();
            for (int block = next.getAndIncrement(); block < blocks.size(); block = next.getAndIncrement()) {
                findCandidates(queries, blocks.get(block), mine);
            }
            return mine;
        });
        return IntStream.range(0, queries.size())
                .mapToObj(query -> Candidates.rank(
                        found.stream().map(mine -> mine.get(query)).toList()))
                .toList();
    }

    private void findCandidates(QueryBatch queries, Block block, List<Candidates> found) {
        FloatBuffer products = product.multiply(block, queries);
        Segment segment = block.segment();
        for (int i = 0; i < block.rows(); i++) {
            int row = block.start() + i;
            double centredSquaredNorm = segment.centredSquaredNorm(row);
            double norm = segment.norm(row);
            for (int query = 0; query < queries.size(); query++) {
                double bound =
                        queries.lowerBound(query, products.get(i * queries.size() + query), centredSquaredNorm, norm);
                Candidates candidates = found.get(query);
                if (bound >= candidates.limit()) {
                    candidates.passOver();
                } else if (!segment.hasSha256(row, queries.sha256(query))) {
                    candidates.add(bound, segment.firstRow() + row);
                }
            }
        }
    }

    /**
     * Measures candidates until no other one can be closer; false if a row that is no candidate still can be. A thread
     * that saw far rows alone has them as candidates, so a candidate out of reach says nothing of the rows passed over.
     */
    private boolean measure(QueryBatch queries, int query, Ranked ranked, Nearest nearest) {
        float[] scratch = new float[snapshot.manifest().dimension()];
        for (Candidate candidate : ranked.candidates()) {
            if (queries.isBeyond(candidate.lowerBound(), nearest.limit())) {
                break;
            }
            Segment segment = snapshot.segmentOf(candidate.row());
            segment.readVector((int) (candidate.row() - segment.firstRow()), scratch);
            nearest.add(new Hit(Distances.squared(queries.vector(query), scratch), candidate.row()));
        }
        return ranked.floor() == Double.POSITIVE_INFINITY || queries.isBeyond(ranked.floor(), nearest.limit());
    }

    private void measureWithinLimits(QueryBatch queries, int[] places, Nearest[] nearest) {
        AtomicInteger next = new AtomicInteger();
        List<List<Nearest>> found = threads.onEach(() -> {
            List<Nearest> mine = Arrays.stream(places)
                    .mapToObj(place -> nearest[place].copy())
                    .toList();
            for (int block = next.getAndIncrement(); block < blocks.size(); block = next.getAndIncrement()) {
                measureWithinLimits(queries, blocks.get(block), mine);
            }
            return mine;
        });
        for (List<Nearest> mine : found) {
            for (int query = 0; query < places.length; query++) {
                nearest[places[query]].addAll(mine.get(query));
            }
        }
    }

    private void measureWithinLimits(QueryBatch queries, Block block, List<Nearest> nearest) {
        FloatBuffer products = product.multiply(block, queries);
        Segment segment = block.segment();
        float[] scratch = new float[snapshot.manifest().dimension()];
        for (int i = 0; i < block.rows(); i++) {
            int row = block.start() + i;
            double centredSquaredNorm = segment.centredSquaredNorm(row);
            double norm = segment.norm(row);
            boolean read = false;
            for (int query = 0; query < queries.size(); query++) {
                double bound =
                        queries.lowerBound(query, products.get(i * queries.size() + query), centredSquaredNorm, norm);
                if (!queries.isBeyond(bound, nearest.get(query).limit())
                        && !segment.hasSha256(row, queries.sha256(query))) {
                    if (!read) {
                        segment.readVector(row, scratch);
                        read = true;
                    }
                    double distance = Distances.squared(queries.vector(query), scratch);
                    nearest.get(query).add(new Hit(distance, segment.firstRow() + row));
                }
            }
        }
    }

    private List<Neighbour> neighbours(Nearest nearest) {
        List<Neighbour> neighbours = new ArrayList<>();
        for (Hit hit : nearest.hits()) {
            Segment segment = snapshot.segmentOf(hit.row());
            int row = (int) (hit.row() - segment.firstRow());
            float[] vector = new float[snapshot.manifest().dimension()];
            segment.readVector(row, vector);
            neighbours.add(new Neighbour(segment.id(row), Math.sqrt(hit.squaredDistance()), vector));
        }
        return Collections.unmodifiableList(neighbours);
    }
}
