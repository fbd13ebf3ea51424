package dev.whence.vectorstore.milvus;

import dev.whence.vectorstore.ReferenceStoreException;
import dev.whence.vectorstore.ReferenceStoreException.Reason;
import io.milvus.grpc.AllocTimestampRequest;
import io.milvus.grpc.AllocTimestampResponse;
import io.milvus.grpc.DeleteRequest;
import io.milvus.grpc.InsertRequest;
import io.milvus.grpc.MilvusServiceGrpc;
import io.milvus.grpc.MutationResult;
import io.milvus.grpc.Status;
import io.milvus.shaded.io.grpc.CallOptions;
import io.milvus.shaded.io.grpc.Channel;
import io.milvus.shaded.io.grpc.ClientInterceptors;
import io.milvus.shaded.io.grpc.ConnectivityState;
import io.milvus.shaded.io.grpc.ManagedChannel;
import io.milvus.shaded.io.grpc.ManagedChannelBuilder;
import io.milvus.shaded.io.grpc.Metadata;
import io.milvus.shaded.io.grpc.MethodDescriptor;
import io.milvus.shaded.io.grpc.Status.Code;
import io.milvus.shaded.io.grpc.StatusRuntimeException;
import io.milvus.shaded.io.grpc.stub.ClientCalls;
import io.milvus.shaded.io.grpc.stub.MetadataUtils;
import io.milvus.shaded.io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The one channel to a server. Every call has a deadline and a bounded number of attempts, and every failure ends as a
 * {@link ReferenceStoreException}.
 *
 * <p>A channel that lost its server waits ever longer before it connects again, up to two minutes; every attempt ends that
 * wait, so that a call finds a server that is back.
 */
final class MilvusRpc implements AutoCloseable {
    /** Messages stop at 64 MiB both ways; what is sent and asked for stays well below. */
    static final int MESSAGE_BYTES = 32 << 20;

    private static final int MAX_REPLY_BYTES = 64 << 20;
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final Set<Integer> NOT_FOUND = Set.of(100, 1600);
    private static final int NOT_LOADED = 101;
    /** Milvus' codes of what passes by itself: a component starts, a channel moves, a limit was hit. */
    private static final Set<Integer> PASSING =
            Set.of(1, 2, 4, 7, 8, 103, 400, 401, 402, 500, 501, 503, 600, 601, 602, 900, 901, 902, 903, 904);

    /**
     * A search with vectors is two steps on the server, find and fetch. Between them a deletion can take what was found, or an
     * alias move: code 2200, in 2.3 this text.
     */
    private static final int GONE_BETWEEN_STEPS = 2200;

    private static final String GONE_BETWEEN_STEPS_2_3 = "incomplete query result";

    private final MilvusSettings settings;
    private final ManagedChannel connection;
    private final Channel channel;
    private final AtomicLong lastWrite = new AtomicLong();

    MilvusRpc(MilvusSettings settings) {
        this.settings = settings;
        ManagedChannelBuilder<?> builder = ManagedChannelBuilder.forAddress(settings.host(), settings.port())
                .maxInboundMessageSize(MAX_REPLY_BYTES)
                .keepAliveTime(10, TimeUnit.SECONDS)
                .keepAliveTimeout(5, TimeUnit.SECONDS);
        this.connection = (settings.secure() ? builder.useTransportSecurity() : builder.usePlaintext()).build();
        Metadata headers = new Metadata();
        if (settings.token() != null) {
            headers.put(
                    Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
                    Base64.getEncoder().encodeToString(settings.token().getBytes(StandardCharsets.UTF_8)));
        }
        this.channel = ClientInterceptors.intercept(connection, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    /** What the server answered when it refused. */
    static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final int code;

        private Refusal(Status status) {
            super(status.getReason() + " (Milvus code " + status.getCode() + ")");
            this.code = status.getCode();
        }
    }

    /** Whether a call failed because the collection is not in the server's memory. */
    static boolean isNotLoaded(Throwable failure) {
        return failure.getCause() instanceof Refusal refusal && refusal.code == NOT_LOADED;
    }

    MilvusSettings settings() {
        return settings;
    }

    /** The server's time of the latest change made through this channel; 0 before the first. */
    long lastWrite() {
        return lastWrite.get();
    }

    /** A call that may be repeated until it succeeds, within the deadline. */
    <Q, A> CompletableFuture<A> call(MethodDescriptor<Q, A> method, Q request, Function<A, Status> status) {
        return call(method, request, status, settings.attempts());
    }

    /** Adds rows, in one attempt: who asked knows what is to be done if its fate is unknown. */
    MutationResult insert(InsertRequest request) {
        MutationResult done = await(call(MilvusServiceGrpc.getInsertMethod(), request, MutationResult::getStatus, 1));
        lastWrite.accumulateAndGet(done.getTimestamp(), Math::max);
        return done;
    }

    /** Deletes rows. The answer to that has no time (2.3), so the server is asked for one that is later. */
    void delete(DeleteRequest request) {
        await(call(MilvusServiceGrpc.getDeleteMethod(), request, MutationResult::getStatus));
        AllocTimestampResponse now = await(call(
                MilvusServiceGrpc.getAllocTimestampMethod(),
                AllocTimestampRequest.getDefaultInstance(),
                AllocTimestampResponse::getStatus));
        lastWrite.accumulateAndGet(now.getTimestamp(), Math::max);
    }

    private <Q, A> CompletableFuture<A> call(
            MethodDescriptor<Q, A> method, Q request, Function<A, Status> status, int attempts) {
        if (connection.isShutdown()) {
            throw new IllegalStateException(
                    "The connection to the Milvus server " + settings.uri() + " is closed: connect again.");
        }
        Call<Q, A> call =
                new Call<>(method, request, status, settings.deadline().toNanos() + System.nanoTime());
        attempt(call, attempts, FIRST_PAUSE_MILLIS);
        return call.answer;
    }

    private static final class Call<Q, A> {
        private final MethodDescriptor<Q, A> method;
        private final Q request;
        private final Function<A, Status> status;
        private final long end;
        private final CompletableFuture<A> answer = new CompletableFuture<>();

        private Call(MethodDescriptor<Q, A> method, Q request, Function<A, Status> status, long end) {
            this.method = method;
            this.request = request;
            this.status = status;
            this.end = end;
        }
    }

    private <Q, A> void attempt(Call<Q, A> call, int attemptsLeft, long pauseMillis) {
        if (connection.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
            connection.resetConnectBackoff();
        }
        CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(call.end - System.nanoTime(), TimeUnit.NANOSECONDS);
        ClientCalls.asyncUnaryCall(channel.newCall(call.method, options), call.request, new StreamObserver<A>() {
            private @Nullable A answer;

            @Override
            public void onNext(A next) {
                answer = next;
            }

            @Override
            public void onError(Throwable failure) {
                endOrRepeat(call, attemptsLeft, pauseMillis, isUnreachable(failure), describe(failure));
            }

            @Override
            public void onCompleted() {
                A complete = answer;
                if (complete == null) {
                    onError(new IllegalStateException("the answer is empty"));
                    return;
                }
                Status status = call.status.apply(complete);
                if (isSuccess(status)) {
                    call.answer.complete(complete);
                } else {
                    endOrRepeat(call, attemptsLeft, pauseMillis, isPassing(status), describe(status));
                }
            }
        });
    }

    private <Q, A> void endOrRepeat(
            Call<Q, A> call, int attemptsLeft, long pauseMillis, boolean passing, ReferenceStoreException failure) {
        boolean timeLeft = call.end - System.nanoTime() > TimeUnit.MILLISECONDS.toNanos(pauseMillis);
        if (passing && attemptsLeft > 1 && timeLeft) {
            CompletableFuture.delayedExecutor(pauseMillis, TimeUnit.MILLISECONDS)
                    .execute(() -> attempt(call, attemptsLeft - 1, 4 * pauseMillis));
        } else {
            call.answer.completeExceptionally(failure);
        }
    }

    /** Waits for an answer, and throws what it failed with. */
    static <T> T await(CompletableFuture<T> answer) {
        try {
            return answer.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof ReferenceStoreException failure) {
                throw new ReferenceStoreException(
                        failure.reason(), String.valueOf(failure.getMessage()), cause(failure));
            }
            throw e;
        }
    }

    /** The failure itself and not what a chain of futures wrapped it in. */
    static Throwable unwrap(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }

    private static Throwable cause(Throwable failure) {
        Throwable cause = failure.getCause();
        return cause == null ? failure : cause;
    }

    @SuppressWarnings("deprecation") // servers before 2.3 know no other code
    private static boolean isSuccess(Status status) {
        return status.getCode() == 0 && status.getErrorCode().getNumber() == 0;
    }

    private static boolean isPassing(Status status) {
        return PASSING.contains(status.getCode())
                || status.getCode() == GONE_BETWEEN_STEPS
                || status.getReason().contains(GONE_BETWEEN_STEPS_2_3)
                || (status.getRetriable() && !NOT_FOUND.contains(status.getCode()) && status.getCode() != NOT_LOADED);
    }

    private ReferenceStoreException describe(Status status) {
        Refusal refusal = new Refusal(status);
        if (NOT_FOUND.contains(status.getCode())) {
            return new ReferenceStoreException(
                    Reason.MISSING, "There is no such collection on " + settings.uri() + ": create it first.", refusal);
        }
        if (status.getCode() == NOT_LOADED || isPassing(status)) {
            return new ReferenceStoreException(
                    Reason.UNAVAILABLE,
                    "The Milvus server " + settings.uri() + " is not ready, try again later: " + refusal.getMessage(),
                    refusal);
        }
        return new ReferenceStoreException(
                Reason.REFUSED, "The Milvus server " + settings.uri() + " refuses: " + refusal.getMessage(), refusal);
    }

    /** A connection that breaks in the middle of a call is UNKNOWN to gRPC, with the cause. */
    private static boolean isUnreachable(Throwable failure) {
        return failure instanceof StatusRuntimeException broken
                && (broken.getStatus().getCode() == Code.UNAVAILABLE
                        || broken.getStatus().getCause() instanceof IOException);
    }

    private ReferenceStoreException describe(Throwable failure) {
        if (!(failure instanceof StatusRuntimeException broken)) {
            return new ReferenceStoreException(Reason.FAILED, "A Milvus call failed: " + failure.getMessage(), failure);
        }
        String description = String.valueOf(broken.getMessage());
        if (isUnreachable(failure)) {
            return new ReferenceStoreException(
                    Reason.UNAVAILABLE,
                    "The Milvus server " + settings.uri() + " can't be reached, check the address or try again later: "
                            + description,
                    failure);
        }
        return switch (broken.getStatus().getCode()) {
            case DEADLINE_EXCEEDED ->
                new ReferenceStoreException(
                        Reason.UNAVAILABLE,
                        "The Milvus server " + settings.uri() + " did not answer within "
                                + settings.deadline().toMillis() + " ms: try again later, or raise the deadline.",
                        failure);
            case UNAUTHENTICATED, PERMISSION_DENIED ->
                new ReferenceStoreException(
                        Reason.REFUSED,
                        "The Milvus server " + settings.uri() + " refuses the token: pass a valid one.",
                        failure);
            case UNAVAILABLE,
                    OK,
                    CANCELLED,
                    UNKNOWN,
                    INVALID_ARGUMENT,
                    NOT_FOUND,
                    ALREADY_EXISTS,
                    RESOURCE_EXHAUSTED,
                    FAILED_PRECONDITION,
                    ABORTED,
                    OUT_OF_RANGE,
                    UNIMPLEMENTED,
                    INTERNAL,
                    DATA_LOSS ->
                new ReferenceStoreException(
                        Reason.FAILED,
                        "A call of the Milvus server " + settings.uri() + " failed: " + description,
                        failure);
        };
    }

    @Override
    public void close() {
        connection.shutdownNow();
    }
}
