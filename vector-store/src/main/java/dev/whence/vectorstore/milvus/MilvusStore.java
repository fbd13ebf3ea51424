package dev.whence.vectorstore.milvus;

import dev.whence.vectorstore.ReferenceCollection.Metric;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import dev.whence.vectorstore.ReferenceStoreException;
import dev.whence.vectorstore.ReferenceStoreException.Reason;
import io.milvus.grpc.AlterAliasRequest;
import io.milvus.grpc.CheckHealthRequest;
import io.milvus.grpc.CheckHealthResponse;
import io.milvus.grpc.CollectionSchema;
import io.milvus.grpc.ConsistencyLevel;
import io.milvus.grpc.CreateAliasRequest;
import io.milvus.grpc.CreateCollectionRequest;
import io.milvus.grpc.CreateIndexRequest;
import io.milvus.grpc.DescribeCollectionRequest;
import io.milvus.grpc.DescribeCollectionResponse;
import io.milvus.grpc.DescribeIndexRequest;
import io.milvus.grpc.DescribeIndexResponse;
import io.milvus.grpc.DropCollectionRequest;
import io.milvus.grpc.FieldSchema;
import io.milvus.grpc.GetLoadStateRequest;
import io.milvus.grpc.GetLoadStateResponse;
import io.milvus.grpc.GetVersionRequest;
import io.milvus.grpc.GetVersionResponse;
import io.milvus.grpc.IndexDescription;
import io.milvus.grpc.KeyValuePair;
import io.milvus.grpc.LoadCollectionRequest;
import io.milvus.grpc.LoadState;
import io.milvus.grpc.MilvusServiceGrpc;
import io.milvus.grpc.ReleaseCollectionRequest;
import io.milvus.grpc.Status;
import io.milvus.shaded.io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The reference collections of a Milvus server, over one connection that all of them share. Safe for use by many threads.
 *
 * <p>Every call ends within the settings' deadline; loading, and building an index, within their patience. What the server
 * can't do is REFUSED; UNAVAILABLE calls can succeed later, through the same objects.
 */
public final class MilvusStore implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,254}");
    private static final Pattern DESCRIPTION = Pattern.compile("whence reference collection 1, (L2|COSINE), (.*)");
    private static final String GPU_PROBE = "whence_gpu_probe_";
    private static final Duration GPU_PATIENCE = Duration.ofSeconds(10);
    private static final int GPU_PROBE_ROWS = 2048;
    private static final int GPU_PROBE_DIMENSION = 8;
    private static final int POLL_MILLIS = 100;

    private final MilvusRpc rpc;
    private final String serverVersion;

    private MilvusStore(MilvusRpc rpc, String serverVersion) {
        this.rpc = rpc;
        this.serverVersion = serverVersion;
    }

    /** @throws ReferenceStoreException UNAVAILABLE if no server answers within the deadline, REFUSED if it wants a token */
    public static MilvusStore connect(MilvusSettings settings) {
        MilvusRpc rpc = new MilvusRpc(settings);
        try {
            GetVersionResponse version = MilvusRpc.await(rpc.call(
                    MilvusServiceGrpc.getGetVersionMethod(),
                    GetVersionRequest.getDefaultInstance(),
                    GetVersionResponse::getStatus));
            return new MilvusStore(rpc, version.getVersion());
        } catch (RuntimeException e) {
            rpc.close();
            throw e;
        }
    }

    public String serverVersion() {
        return serverVersion;
    }

    /**
     * Creates an empty collection and loads it. An index on a GPU is first built once for a small collection that is dropped
     * again: some servers without a GPU accept one and never build it.
     *
     * @param collection letters, digits and underscores, no digit first, at most 255
     * @param dimension 2 to 32,768
     * @throws IllegalArgumentException if one of them, or the metric with this index, is not for Milvus
     * @throws ReferenceStoreException EXISTS; REFUSED if the server can't build the index. Nothing is left behind
     */
    public MilvusReferenceCollection create(String collection, int dimension, Metric metric, MilvusIndex index) {
        checkName(collection);
        index.checkVectors(dimension, metric);
        if (isThere(collection)) {
            throw new ReferenceStoreException(
                    Reason.EXISTS,
                    "There is a collection or an alias " + collection
                            + " on the Milvus server already: open it, drop it," + " or name another.");
        }
        if (index.type().onGpu()) {
            proveGpu(metric, index);
        }
        return createWithIndex(collection, dimension, metric, index);
    }

    /** @throws ReferenceStoreException MISSING; UNKNOWN_FORMAT if it is nobody's reference collection */
    public MilvusReferenceCollection open(String collectionOrAlias) {
        Described described = MilvusRpc.await(describe(collectionOrAlias));
        MilvusRpc.await(load(described.name(), rpc.settings().patience()));
        return new MilvusReferenceCollection(this, rpc, collectionOrAlias, described);
    }

    /**
     * Lets the alias stand for the collection, whatever it stood for before, in one step: collections opened by the alias go on
     * with the other one within a second. The collection is loaded first, so that no search waits for it.
     *
     * @throws ReferenceStoreException MISSING if there is no such collection; EXISTS if the alias is the name of one; REFUSED
     *     if the alias stands for one with another dimension or metric, which whoever has it open could not search
     */
    public void pointAlias(String alias, String collection) {
        checkName(alias);
        Described next = MilvusRpc.await(describe(collection));
        Optional<String> before = aliased(alias);
        if (before.isEmpty() && isThere(alias)) {
            throw new ReferenceStoreException(
                    Reason.EXISTS, "The alias " + alias + " is the name of a collection: choose another.");
        }
        MilvusRpc.await(load(collection, rpc.settings().patience()));
        if (before.isEmpty()) {
            change(
                    MilvusServiceGrpc.getCreateAliasMethod(),
                    CreateAliasRequest.newBuilder()
                            .setAlias(alias)
                            .setCollectionName(next.name())
                            .build());
        } else if (!before.get().equals(next.name())) {
            Described old = MilvusRpc.await(describe(before.get()));
            if (old.dimension() != next.dimension() || old.metric() != next.metric()) {
                throw new ReferenceStoreException(
                        Reason.REFUSED,
                        "The alias " + alias + " can't move from " + old.name() + " (" + old.kind() + ") to "
                                + next.name() + " (" + next.kind() + "): make a new alias and open that.");
            }
            change(
                    MilvusServiceGrpc.getAlterAliasMethod(),
                    AlterAliasRequest.newBuilder()
                            .setAlias(alias)
                            .setCollectionName(next.name())
                            .build());
        }
    }

    /** The collection that the alias stands for; empty if there is no such alias. */
    public Optional<String> aliased(String alias) {
        checkName(alias);
        return MilvusRpc.await(ask(alias))
                .map(described -> described.getSchema().getName())
                .filter(name -> !name.equals(alias));
    }

    /** @throws ReferenceStoreException MISSING; REFUSED while an alias stands for it, or if this is one */
    public void drop(String collection) {
        DescribeCollectionResponse described = MilvusRpc.await(ask(collection)).orElseThrow(() -> missing(collection));
        if (!described.getSchema().getName().equals(collection) || described.getAliasesCount() > 0) {
            throw new ReferenceStoreException(
                    Reason.REFUSED,
                    "The alias "
                            + (described.getAliasesCount() > 0 ? described.getAliases(0) : collection)
                            + " stands for the collection "
                            + described.getSchema().getName()
                            + ": point it elsewhere before that is dropped.");
        }
        dropNow(collection);
    }

    /** @throws ReferenceStoreException MISSING */
    public MilvusCollectionState state(String collectionOrAlias) {
        Described described = MilvusRpc.await(describe(collectionOrAlias));
        DescribeIndexRequest request = DescribeIndexRequest.newBuilder()
                .setCollectionName(described.name())
                .setFieldName(Messages.VECTOR)
                .build();
        IndexDescription built = MilvusRpc.await(
                        rpc.call(MilvusServiceGrpc.getDescribeIndexMethod(), request, DescribeIndexResponse::getStatus))
                .getIndexDescriptions(0);
        boolean loaded = MilvusRpc.await(loadState(described.name())) == LoadState.LoadStateLoaded;
        return new MilvusCollectionState(
                described.name(),
                loaded ? new MilvusReferenceCollection(this, rpc, described.name(), described).count() : -1,
                described.index(),
                built.getIndexedRows(),
                built.getPendingIndexRows(),
                built.getState().name(),
                built.getIndexStateFailReason(),
                loaded);
    }

    /** Ends the connection: what is open by it can't be used any more. Nothing changes on the server. */
    @Override
    public void close() {
        rpc.close();
    }

    boolean isHealthy() {
        return MilvusRpc.await(rpc.call(
                        MilvusServiceGrpc.getCheckHealthMethod(),
                        CheckHealthRequest.getDefaultInstance(),
                        CheckHealthResponse::getStatus))
                .getIsHealthy();
    }

    /** Has the server take the collection into its memory; complete when it can be searched. */
    CompletableFuture<Void> load(String collection, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        LoadCollectionRequest request = LoadCollectionRequest.newBuilder()
                .setCollectionName(collection)
                .setReplicaNumber(1)
                .build();
        return rpc.call(MilvusServiceGrpc.getLoadCollectionMethod(), request, Function.identity())
                .thenCompose(started -> awaitLoaded(collection, patience, end));
    }

    /** Takes the collection out of the server's memory. */
    void release(String collection) {
        change(
                MilvusServiceGrpc.getReleaseCollectionMethod(),
                ReleaseCollectionRequest.newBuilder()
                        .setCollectionName(collection)
                        .build());
    }

    void poll(Duration patience, BooleanSupplier condition, String complaint) {
        long end = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new ReferenceStoreException(
                        Reason.UNAVAILABLE,
                        "The Milvus server " + complaint + " within " + patience.toSeconds()
                                + " s: look into its log, or be more patient.");
            }
            try {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ReferenceStoreException(Reason.FAILED, "Waiting for the Milvus server was interrupted.", e);
            }
        }
    }

    private CompletableFuture<Void> awaitLoaded(String collection, Duration patience, long end) {
        return loadState(collection).thenCompose(state -> {
            if (state == LoadState.LoadStateLoaded) {
                return CompletableFuture.completedFuture(null);
            }
            if (System.nanoTime() > end) {
                return CompletableFuture.failedFuture(new ReferenceStoreException(
                        Reason.UNAVAILABLE,
                        "The Milvus server has not loaded " + collection + " within " + patience.toSeconds()
                                + " s: try again later."));
            }
            return CompletableFuture.supplyAsync(
                            () -> collection, CompletableFuture.delayedExecutor(POLL_MILLIS, TimeUnit.MILLISECONDS))
                    .thenCompose(later -> awaitLoaded(later, patience, end));
        });
    }

    private CompletableFuture<LoadState> loadState(String collection) {
        GetLoadStateRequest request =
                GetLoadStateRequest.newBuilder().setCollectionName(collection).build();
        return rpc.call(MilvusServiceGrpc.getGetLoadStateMethod(), request, GetLoadStateResponse::getStatus)
                .thenApply(GetLoadStateResponse::getState);
    }

    private MilvusReferenceCollection createWithIndex(
            String collection, int dimension, Metric metric, MilvusIndex index) {
        String description = "whence reference collection 1, " + metric + ", " + index;
        change(
                MilvusServiceGrpc.getCreateCollectionMethod(),
                CreateCollectionRequest.newBuilder()
                        .setCollectionName(collection)
                        .setSchema(Messages.schema(collection, description, dimension)
                                .toByteString())
                        .setShardsNum(1)
                        .setConsistencyLevel(ConsistencyLevel.Bounded)
                        .build());
        try {
            change(
                    MilvusServiceGrpc.getCreateIndexMethod(),
                    CreateIndexRequest.newBuilder()
                            .setCollectionName(collection)
                            .setFieldName(Messages.VECTOR)
                            .setIndexName(Messages.VECTOR)
                            .addExtraParams(
                                    Messages.pair("index_type", index.type().name()))
                            .addExtraParams(Messages.pair("metric_type", metric.name()))
                            .addExtraParams(Messages.pair("params", index.buildJson()))
                            .build());
            MilvusRpc.await(load(collection, rpc.settings().patience()));
        } catch (RuntimeException e) {
            dropAfter(e, collection);
            throw e;
        }
        return new MilvusReferenceCollection(
                this, rpc, collection, new Described(collection, dimension, metric, index));
    }

    /** Milvus builds no index for less than 1024 rows, so it is asked for one of more. */
    private void proveGpu(Metric metric, MilvusIndex index) {
        String probe = GPU_PROBE + UUID.randomUUID().toString().replace('-', '_');
        MilvusIndex small = new MilvusIndex(index.type(), Map.of());
        try {
            MilvusReferenceCollection collection = createWithIndex(probe, GPU_PROBE_DIMENSION, metric, small);
            try {
                collection.add(IntStream.range(0, GPU_PROBE_ROWS)
                        .mapToObj(MilvusStore::probeVector)
                        .toList());
                Duration patience = rpc.settings().patience();
                collection.awaitIndex(patience.compareTo(GPU_PATIENCE) < 0 ? patience : GPU_PATIENCE);
            } catch (RuntimeException e) {
                dropAfter(e, probe);
                throw e;
            }
            dropNow(probe);
        } catch (ReferenceStoreException e) {
            boolean away = e.reason() == Reason.UNAVAILABLE && e.getCause() != null;
            if (away) {
                throw e;
            }
            throw new ReferenceStoreException(
                    Reason.REFUSED,
                    "The Milvus server " + rpc.settings().uri() + " can't build a " + index.type()
                            + " index, it has no usable GPU: name HNSW or FLAT, or a server with one. It said: "
                            + e.getMessage(),
                    e);
        }
    }

    private static ReferenceVector probeVector(int number) {
        float[] vector = new float[GPU_PROBE_DIMENSION];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) Math.sin(number * (i + 1.0));
        }
        return new ReferenceVector("probe-" + number, "%064x".formatted(number), "", vector);
    }

    /** What a collection is, by its own name. */
    record Described(String name, int dimension, Metric metric, MilvusIndex index) {
        String kind() {
            return dimension + " components, " + metric;
        }
    }

    CompletableFuture<Described> describe(String collectionOrAlias) {
        return ask(collectionOrAlias).thenApply(answer -> {
            CollectionSchema schema =
                    answer.orElseThrow(() -> missing(collectionOrAlias)).getSchema();
            Matcher description = DESCRIPTION.matcher(schema.getDescription());
            if (!description.matches()) {
                throw new ReferenceStoreException(
                        Reason.UNKNOWN_FORMAT,
                        "The Milvus collection " + collectionOrAlias
                                + " is no reference collection that this version of Whence knows: name another.");
            }
            int dimension = schema.getFieldsList().stream()
                    .map(FieldSchema::getTypeParamsList)
                    .flatMap(List::stream)
                    .filter(parameter -> parameter.getKey().equals("dim"))
                    .map(KeyValuePair::getValue)
                    .mapToInt(Integer::parseInt)
                    .sum();
            return new Described(
                    schema.getName(),
                    dimension,
                    Metric.valueOf(description.group(1)),
                    MilvusIndex.parse(description.group(2)));
        });
    }

    private CompletableFuture<Optional<DescribeCollectionResponse>> ask(String collectionOrAlias) {
        DescribeCollectionRequest request = DescribeCollectionRequest.newBuilder()
                .setCollectionName(collectionOrAlias)
                .build();
        return rpc.call(MilvusServiceGrpc.getDescribeCollectionMethod(), request, DescribeCollectionResponse::getStatus)
                .thenApply(Optional::of)
                .exceptionallyCompose(failure -> {
                    Throwable cause = MilvusRpc.unwrap(failure);
                    boolean missing =
                            cause instanceof ReferenceStoreException known && known.reason() == Reason.MISSING;
                    return missing
                            ? CompletableFuture.completedFuture(Optional.empty())
                            : CompletableFuture.failedFuture(cause);
                });
    }

    private boolean isThere(String collectionOrAlias) {
        return MilvusRpc.await(ask(collectionOrAlias)).isPresent();
    }

    private void dropNow(String collection) {
        change(
                MilvusServiceGrpc.getDropCollectionMethod(),
                DropCollectionRequest.newBuilder().setCollectionName(collection).build());
    }

    private void dropAfter(RuntimeException failure, String collection) {
        try {
            dropNow(collection);
        } catch (ReferenceStoreException e) {
            failure.addSuppressed(e);
        }
    }

    private <Q> void change(MethodDescriptor<Q, Status> method, Q request) {
        MilvusRpc.await(rpc.call(method, request, Function.identity()));
    }

    private ReferenceStoreException missing(String collection) {
        return new ReferenceStoreException(
                Reason.MISSING,
                "There is no collection or alias " + collection + " on the Milvus server "
                        + rpc.settings().uri() + ": create it first.");
    }

    private static void checkName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("A Milvus collection or alias can't be called '" + name
                    + "': use letters, digits and underscores, no digit first, at most 255.");
        }
    }
}
