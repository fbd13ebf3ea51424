package dev.whence.vectorstore.milvus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.vectorstore.ReferenceCollection.Metric;
import dev.whence.vectorstore.ReferenceCollection.Neighbour;
import dev.whence.vectorstore.ReferenceCollection.Query;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import dev.whence.vectorstore.ReferenceCollection.Search;
import dev.whence.vectorstore.ReferenceStoreException;
import dev.whence.vectorstore.ReferenceStoreException.Reason;
import io.milvus.grpc.CollectionSchema;
import io.milvus.grpc.CreateCollectionRequest;
import io.milvus.grpc.MilvusServiceGrpc;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is Milvus' own: faults of server and network, aliases, indexes, limits. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MilvusStoreIT {
    private static final MilvusIndex FLAT = MilvusIndex.parse("FLAT");
    private static final String NOBODY = "f".repeat(64);
    private static final Duration BACK = Duration.ofMinutes(3);

    private final AtomicInteger names = new AtomicInteger();
    private MilvusServer server;
    private MilvusStore store;

    @BeforeAll
    void start() {
        server = MilvusServer.start();
        store = MilvusStore.connect(settings());
    }

    @AfterAll
    void stop() {
        if (store != null) {
            store.close();
            server.close();
        }
    }

    @Test
    void aServerKilledDuringSearchesIsFoundAgainWithNothingLost() throws Exception {
        List<ReferenceVector> vectors = draw(2000, 16, 1);
        MilvusReferenceCollection collection = create(16, FLAT);
        collection.add(vectors);
        collection.delete(List.of("v7"));
        AtomicBoolean stopped = new AtomicBoolean();
        AtomicInteger answered = new AtomicInteger();
        AtomicInteger unavailable = new AtomicInteger();
        ExecutorService searcher = Executors.newSingleThreadExecutor();
        Future<?> searches = searcher.submit(() -> {
            for (int i = 0; !stopped.get(); i = (i + 1) % 7) {
                try {
                    assertThat(nearest(collection, vectors.get(i))).isEqualTo("v" + i);
                    answered.incrementAndGet();
                } catch (ReferenceStoreException e) {
                    assertThat(e.reason()).as(e.getMessage()).isEqualTo(Reason.UNAVAILABLE);
                    unavailable.incrementAndGet();
                }
            }
        });
        try {
            awaitWhile(searches, () -> answered.get() > 5);
            server.kill();
            awaitWhile(searches, () -> unavailable.get() > 2);
            assertFails(
                    Reason.UNAVAILABLE, () -> collection.add(draw(2001, 16, 1).subList(2000, 2001)));
            server.restart();
            int before = answered.get();
            awaitWhile(searches, () -> answered.get() > before + 20);
        } finally {
            stopped.set(true);
            searcher.shutdown();
        }
        searches.get();
        assertThat(collection.count()).isEqualTo(1999);
        assertThat(nearest(collection, vectors.get(7))).isNotEqualTo("v7");
        collection.add(draw(2001, 16, 1).subList(2000, 2001));
        assertThat(collection.count()).isEqualTo(2000);
        for (ReferenceVector vector : vectors.subList(8, 60)) {
            assertThat(nearest(collection, vector)).isEqualTo(vector.id());
        }
    }

    @Test
    void anAliasMovesUnderSearchesWithoutOneFailing() throws Exception {
        ReferenceVector probe = draw(1, 16, 9).get(0);
        MilvusReferenceCollection first = create(16, FLAT);
        MilvusReferenceCollection second = create(16, FLAT);
        first.add(List.of(new ReferenceVector("of-first", probe.sha256(), "", probe.vector())));
        second.add(List.of(new ReferenceVector("of-second", probe.sha256(), "", probe.vector())));
        assertThat(store.aliased("current")).isEmpty();
        store.pointAlias("current", first.name());
        store.pointAlias("current", first.name());
        assertThat(store.aliased("current")).contains(first.name());
        MilvusReferenceCollection current = store.open("current");
        AtomicBoolean stopped = new AtomicBoolean();
        Set<String> seen = new HashSet<>();
        ExecutorService searcher = Executors.newSingleThreadExecutor();
        Future<?> searches = searcher.submit(() -> {
            while (!stopped.get()) {
                String found = nearest(current, probe);
                synchronized (seen) {
                    seen.add(found);
                }
            }
        });
        try {
            awaitWhile(searches, () -> hasSeen(seen, "of-first"));
            store.pointAlias("current", second.name());
            awaitWhile(searches, () -> hasSeen(seen, "of-second"));
        } finally {
            stopped.set(true);
            searcher.shutdown();
        }
        searches.get();
        assertThat(nearest(current, probe)).isEqualTo("of-second");
        assertThat(current.count()).isEqualTo(1);
        assertThat(store.state("current").collection()).isEqualTo(second.name());
        assertFails(Reason.REFUSED, () -> store.drop(second.name()));
        assertFails(Reason.REFUSED, () -> store.drop("current"));
        assertFails(Reason.EXISTS, () -> store.create("current", 16, Metric.L2, FLAT));
        assertFails(Reason.EXISTS, () -> store.pointAlias(first.name(), second.name()));
        assertFails(
                Reason.REFUSED,
                () -> store.pointAlias("current", create(17, FLAT).name()));
        assertFails(Reason.MISSING, () -> store.pointAlias("current", "nothing_here"));
        store.drop(first.name());
        assertFails(Reason.MISSING, () -> store.drop(first.name()));
        assertFails(Reason.MISSING, () -> first.search(List.of(query(probe)), Search.nearest(1)));
    }

    @ParameterizedTest
    @EnumSource(names = {"GPU_BRUTE_FORCE", "GPU_CAGRA", "GPU_IVF_FLAT"})
    void anIndexOnAGpuIsRefusedWhereThereIsNone(MilvusIndex.Type type) {
        String name = "gpu_" + names.incrementAndGet();
        assertThatThrownBy(() -> store.create(name, 16, Metric.L2, new MilvusIndex(type, Map.of())))
                .isInstanceOfSatisfying(
                        ReferenceStoreException.class,
                        e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(Reason.REFUSED))
                .hasMessageContaining("no usable GPU");
        assertFails(Reason.MISSING, () -> store.open(name));
    }

    @Test
    void aServerThatNeverAnswersIsUnavailable() throws Exception {
        try (UnreliableLink link = new UnreliableLink(server.uri())) {
            MilvusSettings impatient = MilvusSettings.of(link.uri()).withDeadline(Duration.ofSeconds(2));
            try (MilvusStore behind = MilvusStore.connect(impatient)) {
                MilvusReferenceCollection collection =
                        behind.open(create(16, FLAT).name());
                link.fallSilent();
                assertFails(Reason.UNAVAILABLE, collection::count);
                CompletableFuture<List<List<Neighbour>>> search =
                        collection.searchAsync(List.of(query(draw(1, 16, 1).get(0))), Search.nearest(1));
                assertThat(search.handle((found, failure) ->
                                        ((ReferenceStoreException) MilvusRpc.unwrap(failure)).reason())
                                .get(30, TimeUnit.SECONDS))
                        .isEqualTo(Reason.UNAVAILABLE);
            }
            assertFails(Reason.UNAVAILABLE, () -> MilvusStore.connect(impatient));
        }
    }

    @Test
    void anAdditionCutOffInTheMiddleIsUndone() throws Exception {
        List<ReferenceVector> vectors = alike(9000, 2048);
        MilvusReferenceCollection direct = create(2048, FLAT);
        direct.add(draw(3, 2048, 5));
        try (UnreliableLink link = new UnreliableLink(server.uri());
                MilvusStore behind = MilvusStore.connect(settings(link.uri()))) {
            MilvusReferenceCollection collection = behind.open(direct.name());
            link.cutAfter(50 << 20, true);
            assertFails(Reason.UNAVAILABLE, () -> collection.add(vectors));
            assertThat(direct.count()).isEqualTo(3);
            link.cutAfter(50 << 20, false);
            assertThatThrownBy(() -> collection.add(vectors))
                    .isInstanceOfSatisfying(
                            ReferenceStoreException.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.UNAVAILABLE))
                    .hasMessageMatching(
                            "(?s).*the first (\\d+) vectors \\('a0' to 'a(\\d+)'\\) are in, the \\1 after.*");
            assertThat(direct.count()).isGreaterThan(1000).isLessThan(9003);
            assertFails(Reason.UNAVAILABLE, () -> collection.delete(List.of("a1")));
            link.heal();
            collection.add(vectors);
            assertThat(direct.count()).isEqualTo(9003);
            assertThat(collection.delete(
                            vectors.stream().map(ReferenceVector::id).toList()))
                    .isEqualTo(9000);
            assertThat(direct.count()).isEqualTo(3);
        }
    }

    @Test
    void hnswFindsNearlyAllNeighbours() {
        MilvusIndex index = MilvusIndex.parse("HNSW:M=16,efConstruction=200,ef=64");
        List<ReferenceVector> vectors = draw(5000, 32, 1);
        MilvusReferenceCollection collection = create(32, index);
        collection.add(vectors);
        collection.awaitIndex();
        MilvusCollectionState state = store.state(collection.name());
        assertThat(state)
                .isEqualTo(new MilvusCollectionState(collection.name(), 5000, index, 5000, 0, "Finished", "", true));
        List<Query> queries =
                draw(100, 32, 2).stream().map(MilvusStoreIT::query).toList();
        List<List<Neighbour>> answers = collection.search(queries, Search.nearest(10));
        int found = 0;
        for (int i = 0; i < queries.size(); i++) {
            Set<String> answer =
                    new HashSet<>(answers.get(i).stream().map(Neighbour::id).toList());
            found += (int) closest(vectors, queries.get(i), 10).stream()
                    .filter(answer::contains)
                    .count();
        }
        assertThat(found / 1000.0).isGreaterThanOrEqualTo(0.95);
        assertThatThrownBy(() -> create(32, MilvusIndex.parse("HNSW:ef=9")).search(queries, Search.nearest(10)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ef is 9 where 10");
        assertThat(store.open(collection.name()).index()).isEqualTo(index);
    }

    @Test
    void answersLargerThanAMessageComeInParts() {
        List<ReferenceVector> vectors = draw(80, 4096, 1);
        MilvusReferenceCollection collection = create(4096, FLAT);
        collection.add(vectors);
        List<Query> queries = IntStream.range(0, 200)
                .mapToObj(i -> query(vectors.get(i % 80)))
                .toList();
        List<List<Neighbour>> answers = collection.search(queries, Search.nearest(64));
        for (int i = 0; i < 200; i++) {
            assertThat(answers.get(i).stream().map(Neighbour::id)).isEqualTo(closest(vectors, queries.get(i), 64));
        }
    }

    @Test
    void aCollectionOutOfTheServersMemoryIsLoadedAgain() {
        MilvusReferenceCollection collection = create(16, FLAT);
        List<ReferenceVector> vectors = draw(10, 16, 1);
        collection.add(vectors);
        store.release(collection.name());
        assertThat(store.state(collection.name()).loaded()).isFalse();
        assertThat(store.state(collection.name()).rows()).isEqualTo(-1);
        assertThat(nearest(collection, vectors.get(3))).isEqualTo("v3");
        assertThat(store.state(collection.name()).rows()).isEqualTo(10);
    }

    @Test
    void knowsItsOwnCollectionsAlone() {
        assertThat(store.serverVersion()).contains("2.3.5");
        String foreign = "foreign_" + names.incrementAndGet();
        CollectionSchema schema = Messages.schema(foreign, "somebody's", 8);
        try (MilvusRpc rpc = new MilvusRpc(settings())) {
            MilvusRpc.await(rpc.call(
                    MilvusServiceGrpc.getCreateCollectionMethod(),
                    CreateCollectionRequest.newBuilder()
                            .setCollectionName(foreign)
                            .setSchema(schema.toByteString())
                            .build(),
                    Function.identity()));
        }
        assertFails(Reason.UNKNOWN_FORMAT, () -> store.open(foreign));
        String name = create(8, FLAT).name();
        assertFails(Reason.EXISTS, () -> store.create(name, 8, Metric.L2, FLAT));
        assertFails(Reason.MISSING, () -> store.state("nothing_here"));
        assertThatThrownBy(() -> store.create("a-b", 8, Metric.L2, FLAT)).hasMessageContaining("'a-b'");
        assertThatThrownBy(() -> store.create("a", 40_000, Metric.L2, FLAT)).hasMessageContaining("2 to 32,768");
    }

    private MilvusSettings settings() {
        return settings(server.uri());
    }

    private static MilvusSettings settings(String uri) {
        return MilvusSettings.of(uri);
    }

    private MilvusReferenceCollection create(int dimension, MilvusIndex index) {
        return store.create("own_" + names.incrementAndGet(), dimension, Metric.L2, index);
    }

    private static List<ReferenceVector> draw(int count, int dimension, long seed) {
        Random random = new Random(seed);
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    float[] vector = new float[dimension];
                    for (int j = 0; j < dimension; j++) {
                        vector[j] = (float) random.nextGaussian();
                    }
                    return new ReferenceVector("v" + i, "%064x".formatted(i), "", vector);
                })
                .toList();
    }

    /** Many rows of one vector. */
    private static List<ReferenceVector> alike(int count, int dimension) {
        float[] vector = draw(1, dimension, 4).get(0).vector();
        return IntStream.range(0, count)
                .mapToObj(i -> new ReferenceVector("a" + i, "%064x".formatted(i), "", vector))
                .toList();
    }

    private static Query query(ReferenceVector vector) {
        return new Query(NOBODY, vector.vector());
    }

    private static String nearest(MilvusReferenceCollection collection, ReferenceVector to) {
        return collection
                .search(List.of(query(to)), Search.nearest(1))
                .get(0)
                .get(0)
                .id();
    }

    private static List<String> closest(List<ReferenceVector> vectors, Query query, int k) {
        return vectors.stream()
                .sorted(Comparator.comparingDouble(vector -> IntStream.range(0, query.vector().length)
                        .mapToDouble(i -> Math.pow((double) query.vector()[i] - vector.vector()[i], 2))
                        .sum()))
                .limit(k)
                .map(ReferenceVector::id)
                .toList();
    }

    private static boolean hasSeen(Set<String> seen, String what) {
        synchronized (seen) {
            return seen.contains(what);
        }
    }

    private static void awaitWhile(Future<?> running, BooleanSupplier condition) throws Exception {
        long end = System.nanoTime() + BACK.toNanos();
        while (!condition.getAsBoolean()) {
            if (running.isDone()) {
                running.get();
            }
            assertThat(System.nanoTime()).as("waited for " + BACK).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    private static void assertFails(Reason reason, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ReferenceStoreException.class,
                        e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason));
    }
}
