package dev.whence.vectorstore.milvus;

import dev.whence.vectorstore.ReferenceCollection;
import dev.whence.vectorstore.ReferenceStoreException;
import dev.whence.vectorstore.ReferenceStoreException.Reason;
import dev.whence.vectorstore.VectorChecks;
import dev.whence.vectorstore.milvus.MilvusStore.Described;
import io.milvus.grpc.FlushRequest;
import io.milvus.grpc.FlushResponse;
import io.milvus.grpc.MilvusServiceGrpc;
import io.milvus.grpc.MutationResult;
import io.milvus.grpc.QueryRequest;
import io.milvus.grpc.QueryResults;
import io.milvus.grpc.SearchResults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * A reference collection on a Milvus server. How exact the answers are depends on its {@linkplain #index() index}: FLAT and
 * GPU_BRUTE_FORCE find every neighbour. Distances are exact with each of them: they are computed here, from the vectors that
 * the server returns.
 *
 * <p>Searches see everything that was written through the same {@link MilvusStore}; what others write they see some seconds
 * later. A collection opened by an alias follows it: within a second after the alias is moved, searches go to the other
 * collection. Each of them is answered from one.
 *
 * <p>Where the server is away calls fail as UNAVAILABLE within the settings' deadline, and succeed when it is back.
 */
public final class MilvusReferenceCollection implements ReferenceCollection {
    private static final int MAX_ROWS_A_CALL = 4000;
    private static final int MAX_QUERIES_A_CALL = 1024;
    private static final int MAX_IDS_A_CALL = 1000;
    private static final int SPARE_NEIGHBOURS = 4;
    private static final Comparator<Neighbour> ORDER =
            Comparator.comparingDouble(Neighbour::distance).thenComparing(Neighbour::id);

    private static final long RESOLVED_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final MilvusStore store;
    private final MilvusRpc rpc;
    private final String name;
    private final ReentrantLock writing = new ReentrantLock();
    private final Set<String> leftovers = new LinkedHashSet<>();
    private volatile Target target;
    private volatile boolean closed;

    MilvusReferenceCollection(MilvusStore store, MilvusRpc rpc, String name, Described described) {
        this.store = store;
        this.rpc = rpc;
        this.name = name;
        this.target = new Target(described, System.nanoTime());
    }

    /** The collection itself, as the server described it at this time. */
    private record Target(Described described, long at) {}

    /** Its name on the server, or the alias that it was opened by. */
    public String name() {
        return name;
    }

    /** With an alias: the index of the collection that it stood for lately. */
    public MilvusIndex index() {
        return target.described().index();
    }

    @Override
    public int dimension() {
        return target.described().dimension();
    }

    @Override
    public Metric metric() {
        return target.described().metric();
    }

    @Override
    public long count() {
        checkOpen();
        String collection = resolved();
        return MilvusRpc.await(whileLoaded(collection, () -> query(Messages.count(collection))))
                .getFieldsData(0)
                .getScalars()
                .getLongData()
                .getData(0);
    }

    /**
     * Adds the vectors, in several calls where they are many: all or none.
     *
     * @throws IllegalArgumentException if a vector has another dimension, a component that is not finite or, with COSINE,
     *     none but zeros; if an id is empty, longer than 1024 bytes or used before, a data set longer than that, or a
     *     SHA-256 malformed; nothing was added
     * @throws ReferenceStoreException if the server is away or refuses. Nothing was added, unless the message names
     *     vectors that may be in, because they could not be taken out again: the next addition or deletion begins with that
     */
    @Override
    public void add(List<ReferenceVector> vectors) {
        checkOpen();
        writing.lock();
        try {
            VectorChecks.checkAddition(vectors, dimension(), metric(), name);
            String collection = resolved();
            clearLeftovers(collection);
            refuseUsed(collection, vectors.stream().map(ReferenceVector::id).toList());
            int added = 0;
            for (List<ReferenceVector> part : parts(vectors, rowsOfACall())) {
                try {
                    insert(collection, part);
                } catch (RuntimeException e) {
                    throw takeOut(collection, vectors.subList(0, added + part.size()), added, e);
                }
                added += part.size();
            }
        } finally {
            writing.unlock();
        }
    }

    /** @throws ReferenceStoreException if the server is away or refuses: some of the vectors may be deleted by then */
    @Override
    public long delete(Collection<String> ids) {
        checkOpen();
        writing.lock();
        try {
            String collection = resolved();
            clearLeftovers(collection);
            List<String> present = present(collection, ids);
            deleteAll(collection, present);
            return present.size();
        } finally {
            writing.unlock();
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>With an approximate index fewer may come back, and others than the closest.
     *
     * @throws IllegalArgumentException if a query has another dimension, a component that is not finite or, with COSINE,
     *     none but zeros; if its SHA-256 is malformed; if the index' list ({@code ef}, {@code itopk_size}) is shorter than k
     */
    @Override
    public List<List<Neighbour>> search(List<Query> queries, Search asked) {
        return MilvusRpc.await(start(queries, asked));
    }

    @Override
    public CompletableFuture<List<List<Neighbour>>> searchAsync(List<Query> queries, Search asked) {
        try {
            return start(queries, asked);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** {@inheritDoc} By their ids. One that is added or deleted meanwhile may or may not be among them. */
    @Override
    public Iterator<ReferenceVector> iterator() {
        checkOpen();
        return new Rows();
    }

    /** Page after page, one in memory. */
    private final class Rows implements Iterator<ReferenceVector> {
        private final String collection = resolved();
        private Iterator<ReferenceVector> page = Collections.emptyIterator();
        private String last = "";
        private boolean ended;

        @Override
        public boolean hasNext() {
            if (!page.hasNext() && !ended) {
                checkOpen();
                List<ReferenceVector> rows = Messages.rows(
                        MilvusRpc.await(
                                whileLoaded(collection, () -> query(Messages.page(collection, last, rowsOfACall())))),
                        dimension());
                ended = rows.isEmpty();
                last = ended ? last : rows.get(rows.size() - 1).id();
                page = rows.iterator();
            }
            return page.hasNext();
        }

        @Override
        public ReferenceVector next() {
            if (!hasNext()) {
                throw new NoSuchElementException("There are no more vectors in " + name + ".");
            }
            return page.next();
        }
    }

    /**
     * Has the server write to its storage what it holds in memory, and waits until the index covers all vectors. Worth it
     * after a large addition: until then the newest vectors are searched without the index, which costs time and nothing
     * else. Waits as long as {@link MilvusSettings#patience} says.
     *
     * @throws ReferenceStoreException REFUSED if the server can't build the index, UNAVAILABLE if it has not by then
     */
    public void awaitIndex() {
        checkOpen();
        awaitIndex(rpc.settings().patience());
    }

    void awaitIndex(Duration patience) {
        String collection = resolved();
        FlushRequest flush =
                FlushRequest.newBuilder().addCollectionNames(collection).build();
        MilvusRpc.await(rpc.call(MilvusServiceGrpc.getFlushMethod(), flush, FlushResponse::getStatus));
        long rows = count();
        store.poll(
                patience,
                () -> isIndexed(store.state(collection), rows),
                "has not built the index " + index() + " of " + collection);
    }

    private static boolean isIndexed(MilvusCollectionState state, long rows) {
        if (!state.failure().isEmpty() || state.indexState().equals("Failed")) {
            throw new ReferenceStoreException(
                    Reason.REFUSED,
                    "The Milvus server can't build the index " + state.index() + " of " + state.collection()
                            + ", name another one: " + state.failure());
        }
        return state.indexState().equals("Finished") && state.pendingRows() == 0 && state.indexedRows() >= rows;
    }

    /** Leaves the server's collection as it is, and the store's connection open. */
    @Override
    public void close() {
        closed = true;
    }

    private CompletableFuture<List<List<Neighbour>>> start(List<Query> queries, Search asked) {
        checkOpen();
        VectorChecks.checkQueries(queries, dimension(), metric());
        index().checkNeighbours(asked.k());
        return resolve(RESOLVED_NANOS)
                .thenCompose(described -> search(described, queries, asked))
                .exceptionallyCompose(failure -> {
                    Throwable cause = MilvusRpc.unwrap(failure);
                    boolean dropped =
                            cause instanceof ReferenceStoreException known && known.reason() == Reason.MISSING;
                    return dropped && isAlias()
                            ? resolve(0).thenCompose(described -> search(described, queries, asked))
                            : CompletableFuture.failedFuture(cause);
                });
    }

    private boolean isAlias() {
        return !target.described().name().equals(name);
    }

    private String resolved() {
        return MilvusRpc.await(resolve(0)).name();
    }

    /**
     * The collection that an alias stands for, not longer ago than this. Left to the server, searches would find in one
     * collection and fetch from the other while the alias moves, and a busy 2.3 keeps to the old one for ever.
     */
    private CompletableFuture<Described> resolve(long ageNanos) {
        Target known = target;
        if (!isAlias() || System.nanoTime() - known.at() < ageNanos) {
            return CompletableFuture.completedFuture(known.described());
        }
        long now = System.nanoTime();
        return store.describe(name).thenApply(described -> {
            if (described.dimension() != known.described().dimension()
                    || described.metric() != known.described().metric()) {
                throw new ReferenceStoreException(
                        Reason.REFUSED,
                        "The alias " + name + " stands for a collection of other vectors now, " + described.kind()
                                + ": open it again.");
            }
            target = new Target(described, now);
            return described;
        });
    }

    private CompletableFuture<List<List<Neighbour>>> search(Described in, List<Query> queries, Search asked) {
        List<List<Neighbour>> answers = new ArrayList<>(Collections.nCopies(queries.size(), List.of()));
        int[] places = IntStream.range(0, queries.size()).toArray();
        int spare = asked.fartherThan() < 0 ? 1 : SPARE_NEIGHBOURS;
        return fill(in, queries, asked, places, Math.min(asked.k() + spare, mostNeighbours(in)), answers)
                .thenApply(done -> Collections.unmodifiableList(answers));
    }

    /** Answers the queries at these places, those that come short once more with twice the limit. */
    private CompletableFuture<Void> fill(
            Described in, List<Query> queries, Search asked, int[] places, int limit, List<List<Neighbour>> answers) {
        int size = (int) Math.max(
                1, Math.min(MAX_QUERIES_A_CALL, MilvusRpc.MESSAGE_BYTES / (limit * Messages.rowBytes(dimension()))));
        List<CompletableFuture<Void>> parts = new ArrayList<>();
        for (int from = 0; from < places.length; from += size) {
            int[] part = Arrays.copyOfRange(places, from, Math.min(from + size, places.length));
            List<Query> asking = Arrays.stream(part).mapToObj(queries::get).toList();
            parts.add(find(in, asking, asked, limit).thenCompose(found -> {
                int[] shorts = IntStream.range(0, part.length)
                        .filter(i -> !answer(queries.get(part[i]), asked, found.get(i), limit, part[i], answers))
                        .map(i -> part[i])
                        .toArray();
                if (shorts.length == 0) {
                    return CompletableFuture.completedFuture(null);
                }
                if (limit == mostNeighbours(in)) {
                    throw new ReferenceStoreException(
                            Reason.REFUSED,
                            "More near-duplicates of a query are in " + in.name() + " than the " + limit
                                    + " vectors that a search can see: delete some, or exclude fewer.");
                }
                return fill(in, queries, asked, shorts, Math.min(2 * limit, mostNeighbours(in)), answers);
            }));
        }
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<List<List<Messages.Found>>> find(
            Described in, List<Query> queries, Search asked, int limit) {
        String filter = asked.dataSet() == null ? "" : Messages.isOf(asked.dataSet());
        return whileLoaded(
                        in.name(),
                        () -> rpc.call(
                                MilvusServiceGrpc.getSearchMethod(),
                                Messages.search(in, queries, limit, filter, rpc.lastWrite()),
                                SearchResults::getStatus))
                .thenApply(answer -> Messages.found(answer.getResults(), queries.size(), in.dimension()));
    }

    /** False if more must be looked at: what was found is full of rows that don't qualify. */
    private boolean answer(
            Query query,
            Search asked,
            List<Messages.Found> found,
            int limit,
            int place,
            List<List<Neighbour>> answers) {
        List<Neighbour> neighbours = found.stream()
                .filter(row -> !row.sha256().equals(query.sha256()))
                .map(row -> new Neighbour(
                        row.id(), ExactDistances.between(query.vector(), row.vector(), metric()), row.vector()))
                .filter(neighbour -> neighbour.distance() > asked.fartherThan())
                .sorted(ORDER)
                .limit(asked.k())
                .toList();
        answers.set(place, neighbours);
        return neighbours.size() == asked.k() || found.size() < limit;
    }

    private static int mostNeighbours(Described in) {
        long fitting = MilvusRpc.MESSAGE_BYTES / Messages.rowBytes(in.dimension());
        return (int) Math.max(1, Math.min(fitting, in.index().type().maxNeighbours()));
    }

    private void insert(String collection, List<ReferenceVector> part) {
        MutationResult done = rpc.insert(Messages.insert(collection, dimension(), part));
        if (done.getInsertCnt() != part.size()) {
            throw new ReferenceStoreException(
                    Reason.FAILED,
                    "Milvus took " + done.getInsertCnt() + " of " + part.size() + " vectors into " + name
                            + ": look into its log.");
        }
    }

    /** Undoes an addition that failed; what to throw. */
    private RuntimeException takeOut(
            String collection, List<ReferenceVector> attempted, int added, RuntimeException failure) {
        List<String> ids = attempted.stream().map(ReferenceVector::id).toList();
        try {
            deleteAll(collection, ids);
            return failure;
        } catch (ReferenceStoreException e) {
            failure.addSuppressed(e);
            leftovers.addAll(ids);
            Reason reason = failure instanceof ReferenceStoreException known ? known.reason() : Reason.FAILED;
            String certain = added == 0
                    ? ""
                    : "the first " + added + " vectors ('" + ids.get(0) + "' to '" + ids.get(added - 1) + "') are in, ";
            return new ReferenceStoreException(
                    reason,
                    "An addition to " + name + " was cut off and could not be undone yet: " + certain + "the "
                            + (ids.size() - added) + " after ('" + ids.get(added) + "' to '" + ids.get(ids.size() - 1)
                            + "') may be, the rest is not; add them again, which undoes it first: "
                            + failure.getMessage(),
                    failure);
        }
    }

    private void clearLeftovers(String collection) {
        if (!leftovers.isEmpty()) {
            deleteAll(collection, leftovers);
            leftovers.clear();
        }
    }

    private void refuseUsed(String collection, List<String> ids) {
        List<String> used = present(collection, ids);
        if (!used.isEmpty()) {
            throw VectorChecks.usedTwice(used.get(0), name);
        }
    }

    private List<String> present(String collection, Collection<String> ids) {
        List<String> present = new ArrayList<>();
        for (List<String> part : parts(List.copyOf(new LinkedHashSet<>(ids)), MAX_IDS_A_CALL)) {
            QueryResults found =
                    MilvusRpc.await(whileLoaded(collection, () -> query(Messages.present(collection, part))));
            Set<String> asked = new HashSet<>(part);
            Messages.column(found.getFieldsDataList(), Messages.ID).getScalars().getStringData().getDataList().stream()
                    .filter(asked::remove)
                    .forEach(present::add);
        }
        return present;
    }

    private void deleteAll(String collection, Collection<String> ids) {
        for (List<String> part : parts(List.copyOf(ids), MAX_IDS_A_CALL)) {
            rpc.delete(Messages.delete(collection, part));
        }
    }

    private CompletableFuture<QueryResults> query(QueryRequest request) {
        return rpc.call(MilvusServiceGrpc.getQueryMethod(), request, QueryResults::getStatus);
    }

    /** The call; where the server has put the collection out of its memory, that and the call again. */
    private <A> CompletableFuture<A> whileLoaded(String collection, Supplier<CompletableFuture<A>> call) {
        return call.get().exceptionallyCompose(failure -> {
            Throwable cause = MilvusRpc.unwrap(failure);
            return MilvusRpc.isNotLoaded(cause)
                    ? store.load(collection, rpc.settings().deadline()).thenCompose(loaded -> call.get())
                    : CompletableFuture.failedFuture(cause);
        });
    }

    private int rowsOfACall() {
        return (int) Math.max(1, Math.min(MAX_ROWS_A_CALL, MilvusRpc.MESSAGE_BYTES / Messages.rowBytes(dimension())));
    }

    private static <T> List<List<T>> parts(List<T> all, int size) {
        return IntStream.range(0, (all.size() + size - 1) / size)
                .mapToObj(i -> all.subList(i * size, Math.min(all.size(), (i + 1) * size)))
                .toList();
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("The reference collection " + name + " is closed: open it again.");
        }
    }
}
