package dev.whence.stream.engine;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One engine in a JVM for all subtasks with equal settings; the last one to leave closes it, so that a restart opens a fresh one. */
public final class SharedEngines {
    private static final Map<EngineSettings, Shared> ENGINES = new HashMap<>();

    private SharedEngines() {}

    /**
     * Leases the engine of these settings. The first to ask opens it, which takes as long as it takes; others wait for that.
     *
     * @throws RuntimeException when it cannot be opened
     */
    public static Lease lease(EngineSettings settings) {
        Shared shared;
        synchronized (ENGINES) {
            shared = ENGINES.computeIfAbsent(settings, Shared::new);
            shared.users++;
        }
        boolean leased = false;
        try {
            Lease lease = new Lease(settings, shared.engine());
            leased = true;
            return lease;
        } finally {
            if (!leased) {
                leave(settings);
            }
        }
    }

    private static void leave(EngineSettings settings) {
        Shared shared;
        synchronized (ENGINES) {
            shared = ENGINES.get(settings);
            if (shared == null) {
                throw new IllegalStateException("Left an engine that nobody had");
            }
            shared.users--;
            if (shared.users > 0) {
                return;
            }
            ENGINES.remove(settings);
        }
        shared.close();
    }

    /** A subtask's part in an engine, until it is closed. */
    public static final class Lease implements AutoCloseable {
        private final EngineSettings settings;
        private final AttributionEngine engine;

        private Lease(EngineSettings settings, AttributionEngine engine) {
            this.settings = settings;
            this.engine = engine;
        }

        public AttributionEngine engine() {
            return engine;
        }

        @Override
        public void close() {
            leave(settings);
        }
    }

    private static final class Shared {
        private final EngineSettings settings;
        private @Nullable AttributionEngine engine;
        /** Guarded by the map. */
        private int users;

        Shared(EngineSettings settings) {
            this.settings = settings;
        }

        synchronized AttributionEngine engine() {
            if (engine == null) {
                engine = AttributionEngine.open(settings, PrometheusRegistry.defaultRegistry);
            }
            return engine;
        }

        synchronized void close() {
            if (engine != null) {
                engine.close();
            }
        }
    }
}
