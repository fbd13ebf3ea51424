package dev.whence.stream;

import dev.whence.stream.engine.AttributionEngine;
import dev.whence.stream.engine.EngineSettings;
import dev.whence.stream.engine.SharedEngines;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.util.ExceptionUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine that a subtask uses, and its change to another one. Engines are opened and closed on a thread of its own, so
 * that images go on meanwhile. All methods are called on the subtask's thread.
 */
final class EngineChanges implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EngineChanges.class);

    private final MailboxExecutor mailbox;
    private final ExecutorService worker = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "change of the model");
        thread.setDaemon(true);
        return thread;
    });
    /** All that this subtask has, those at work, those that still have images, one that has just been opened. */
    private final Set<SharedEngines.Lease> leases = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;
    private @Nullable InUse current;

    EngineChanges(MailboxExecutor mailbox) {
        this.mailbox = mailbox;
    }

    /** Opens the first engine, and waits for it. */
    void open(EngineSettings settings) {
        SharedEngines.Lease lease = SharedEngines.lease(settings);
        leases.add(lease);
        use(lease);
    }

    private void use(SharedEngines.Lease lease) {
        current = new InUse(lease);
        lease.engine().announce();
    }

    /** Where images go now. */
    InUse current() {
        if (current == null) {
            throw new IllegalStateException("The operator was not opened");
        }
        return current;
    }

    /** Opens another engine, and uses it when it is there if it is still wanted then. */
    void change(EngineSettings next, Listener listener) {
        worker.execute(() -> {
            SharedEngines.Lease lease;
            try {
                lease = SharedEngines.lease(next);
            } catch (RuntimeException | Error e) { // whatever a model makes fail, the one at work goes on
                LOG.warn("{} cannot be opened", next.model(), e);
                tell(() -> listener.failed(e));
                return;
            }
            leases.add(lease);
            if (closed || !tell(() -> arrived(lease, listener))) {
                giveBack(lease);
            }
        });
    }

    /** Whether the subtask is there to be told. */
    private boolean tell(Runnable what) {
        try {
            mailbox.execute(what::run, "change of the model");
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    private void arrived(SharedEngines.Lease lease, Listener listener) {
        if (listener.isWanted()) {
            InUse former = current();
            use(lease);
            former.retire();
            listener.changed();
        } else {
            LOG.info("A later change of the model came before this one was there");
            worker.execute(() -> giveBack(lease));
        }
    }

    private void giveBack(SharedEngines.Lease lease) {
        if (leases.remove(lease)) {
            lease.close();
        }
    }

    /** Does not wait for what is being opened, which is given back when it is there. */
    @Override
    public void close() {
        closed = true;
        worker.shutdown();
        RuntimeException failure = null;
        for (SharedEngines.Lease lease : leases) {
            try {
                giveBack(lease);
            } catch (RuntimeException e) {
                failure = ExceptionUtils.firstOrSuppressed(e, failure);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** What became of a change. */
    interface Listener {
        /** Whether no later change came. */
        boolean isWanted();

        /** Images go to the new engine from now on. */
        void changed();

        /** The former engine stays. */
        void failed(Throwable failure);
    }

    /** An engine, and how many images of this subtask it has. */
    final class InUse {
        private final SharedEngines.Lease lease;
        private int images;
        private boolean retired;

        private InUse(SharedEngines.Lease lease) {
            this.lease = lease;
        }

        AttributionEngine engine() {
            return lease.engine();
        }

        void enter() {
            images++;
        }

        void leave() {
            images--;
            closeWhenDone();
        }

        private void retire() {
            retired = true;
            closeWhenDone();
        }

        private void closeWhenDone() {
            if (retired && images == 0) {
                worker.execute(() -> giveBack(lease));
            }
        }
    }
}
