package dev.whence.infra;

import dev.whence.infra.stack.LocalStack;
import dev.whence.stream.FinalFailureException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Keeps a stack up until Ctrl-C (or a plain kill) asks it to end, or its job ends by itself. */
final class Foreground implements AutoCloseable {
    private static final int CLOSING_SECONDS = 60;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    Foreground() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));
    }

    /** The process lives until everything that was opened after this has been closed. */
    private void stop() {
        asked.countDown();
        try {
            if (closed.await(CLOSING_SECONDS, TimeUnit.SECONDS)) {
                System.out.flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the process was asked to end. */
    boolean stopping() {
        return asked.getCount() == 0;
    }

    /** Waits for the end. */
    void await(LocalStack stack) throws InterruptedException, CommandFailedException {
        while (!asked.await(1, TimeUnit.SECONDS)) {
            Optional<Throwable> failure = stack.failure();
            if (failure.isPresent()) {
                if (failure.get() instanceof FinalFailureException telling) {
                    throw new CommandFailedException(String.valueOf(telling.getMessage()), telling);
                }
                throw new CommandFailedException(
                        "The attribution job ended: %s; start it again, it goes on where it stopped"
                                .formatted(failure.get().getMessage()),
                        failure.get());
            }
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
